import { REASONS, THRESHOLDS } from '../pipeline/thresholds';
import type { Panel } from './types';

const FROM =
  'client-go rest/request.go; names in component-base metrics/prometheus/restclient and controller-runtime ' +
  'pkg/metrics/client_go_adapter.go';
const panel = (p: Omit<Panel, 'group' | 'from'>): Panel => ({ group: 'Client', from: FROM, ...p });
const PER = 'rest_client_request_duration_seconds';
const LIMITER = 'rest_client_rate_limiter_duration_seconds';

/** What client-go exports about requests to the API server and leader election. */
export const CLIENT_PANELS: readonly Panel[] = [
  panel({
    id: 'client.byCode',
    title: 'Requests by code',
    unit: 'perSecond',
    promql: 'sum by (code) (rate(rest_client_requests_total[$window]))',
    tells:
      'Attempts, each counted. 409 are conflicts with another writer, 429 rejections by the API server, ' +
      '<error> got no answer.',
    needs: ['rest_client_requests_total'],
  }),
  panel({
    id: 'client.byMethod',
    title: 'Requests by method',
    unit: 'perSecond',
    promql: 'sum by (method) (rate(rest_client_requests_total[$window]))',
    tells: 'Reads from the informer cache are no requests: many GETs are reads past the cache.',
    needs: ['rest_client_requests_total'],
  }),
  panel({
    id: 'client.rejected',
    title: 'Requests rejected with 429',
    unit: 'perSecond',
    promql: 'sum by (method) (rate(rest_client_requests_total{code="429"}[$window]))',
    tells:
      'API Priority and Fairness had no seat. client-go waits as long as the answer asks, then tries again, ' +
      'about ten times.',
    needs: ['rest_client_requests_total'],
  }),
  panel({
    id: 'client.latencyP99',
    title: 'Request time, p99',
    unit: 'seconds',
    promql: `histogram_quantile(0.99, sum by (verb, le) (rate(${PER}_bucket[$window])))`,
    tells:
      "From the call in the code to its answer: the wait in the client's own limiter and all tries are part of it.",
    needs: [`${PER}_bucket`],
  }),
  panel({
    id: 'client.serverMean',
    title: 'Request time without the limiter, mean',
    unit: 'seconds',
    promql: `(sum(rate(${PER}_sum[$window])) - sum(rate(${LIMITER}_sum[$window]))) / sum(rate(${PER}_count[$window]))`,
    tells:
      "What is left of a request's time when the wait in the client's limiter is taken off: " +
      'the network and the API server.',
    needs: [`${PER}_sum`, `${PER}_count`, `${LIMITER}_sum`],
    thresholds: [{ value: THRESHOLDS.serverMean.warm, text: REASONS.serverMean }],
  }),
  panel({
    id: 'client.limiterMean',
    title: 'Wait in the rate limiter, mean',
    unit: 'seconds',
    promql: `sum by (verb) (rate(${LIMITER}_sum[$window])) / sum by (verb) (rate(${LIMITER}_count[$window]))`,
    tells: 'Wait before a request is sent, on average.',
    needs: [`${LIMITER}_sum`, `${LIMITER}_count`],
  }),
  panel({
    id: 'client.limiterParked',
    title: 'Goroutines waiting in the rate limiter',
    unit: 'count',
    promql: `sum(rate(${LIMITER}_sum[$window]))`,
    tells:
      'Seconds waited each second: as many goroutines stood in the limiter on average. ' +
      'Near the number of busy workers, the limiter is what they wait for.',
    needs: [`${LIMITER}_sum`],
  }),
  {
    id: 'leader.status',
    group: 'Leader election',
    title: 'Leader',
    unit: 'count',
    promql: 'max by (name) (leader_election_master_status)',
    tells: '1 while a process of this name leads. 0 everywhere: nobody reconciles.',
    from: 'component-base metrics/prometheus/clientgo/leaderelection; controller-runtime pkg/metrics/leaderelection.go',
    needs: ['leader_election_master_status'],
  },
  {
    id: 'leader.slow',
    group: 'Leader election',
    title: 'Slow renewals',
    unit: 'perSecond',
    promql: 'sum by (name) (rate(leader_election_slowpath_total[$window]))',
    tells:
      'Renewals that had to read the lease first. Many of them mean a slow API server or somebody else who ' +
      'writes the lease.',
    from: 'component-base metrics/prometheus/clientgo/leaderelection; controller-runtime pkg/metrics/leaderelection.go',
    needs: ['leader_election_slowpath_total'],
  },
];
