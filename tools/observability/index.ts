export {
  documentedMetrics,
  services,
  type DocumentedMetric,
  type Service,
} from './metrics-table.ts';
