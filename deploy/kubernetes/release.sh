#!/bin/sh
# Brings an overlay to the cluster of kubectl's current context: databases first, then the apps.
# Also the way from one release to the next. Stops at the first step that fails; can be run again.
set -eu

overlay=${1:?"usage: $0 <folder of the overlay>"}

# A Job cannot be changed, only made anew. Those of the last release have done their work.
kubectl delete jobs --namespace m2m --selector release-step=preparation --ignore-not-found

# Migrations are made so that the release that is still running goes on with the new schema.
kubectl apply --kustomize "$overlay" --selector 'release-step!=rollout'
kubectl wait --namespace m2m --for condition=complete --timeout 10m \
  jobs --selector release-step=preparation

kubectl apply --kustomize "$overlay"
kubectl rollout status --namespace m2m --timeout 10m deployments --selector release-step=rollout
