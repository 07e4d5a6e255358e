export { csv } from './csv';
export type { ControllerFacts } from './facts';
export { grafanaDashboard } from './grafana';
export { prometheusRule, rulesFile } from './rules';
