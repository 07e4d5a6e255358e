/**
 * The part of PromQL that panels use, evaluated on scrapes like in Prometheus 3. The rules were read in the module
 * github.com/prometheus/prometheus v0.316.0; each file names the functions that it follows.
 */
export { evaluate } from './evaluate';
export { matcher } from './match';
export { metricNames } from './names';
export { parsed } from './parsed';
export { parsePromql } from './parser';
