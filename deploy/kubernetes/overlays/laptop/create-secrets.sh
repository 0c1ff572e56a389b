#!/bin/sh
# Makes the secrets of a new laptop cluster. All are random, and none is kept outside of the cluster.
# Never replaces one that is there: without its key the auth-server could not read its database again.
set -eu
umask 077

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

random() { od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'; }

# secret_from_files <name> <key>=<value>…: by files, as anybody may read the arguments of a process.
secret_from_files() {
  name=$1
  shift
  mkdir "$directory/$name"
  for pair in "$@"; do printf %s "${pair#*=}" >"$directory/$name/${pair%%=*}"; done
  kubectl create secret generic "$name" --namespace m2m --from-file "$directory/$name"
}

credential() { printf '{"client_id":"%s","client_secret":"%s"}' "$1" "$2"; }

auth_password=$(random)
orders_password=$(random)
billing_password=$(random)
worker_secret=cs_$(random)

kubectl apply --filename "$(dirname "$0")/../../base/namespace.yaml"

secret_from_files database \
  postgres-password="$(random)" \
  auth-password="$auth_password" \
  orders-password="$orders_password" \
  billing-password="$billing_password"
secret_from_files auth-server \
  database-url="postgres://auth:$auth_password@database/auth" \
  key-encryption-key="$(head -c 32 /dev/urandom | base64)"
secret_from_files orders-api \
  database-url="postgres://orders:$orders_password@database/orders"
secret_from_files billing-worker \
  database-url="postgres://billing:$billing_password@database/billing" \
  client-secret="$worker_secret"
secret_from_files registry-credentials \
  billing-worker.json="$(credential billing-worker "$worker_secret")" \
  order-entry.json="$(credential order-entry "cs_$(random)")" \
  operator.json="$(credential operator "cs_$(random)")"
