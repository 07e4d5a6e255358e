/** The Go file that gives client-go's rate limiter a metric. */

/** Where the histograms are registered. */
export type Registry = 'controller-runtime' | 'default';

/** As component-base and controller-runtime v0.25.0 have them (metrics/prometheus/restclient/metrics.go, pkg/metrics/client_go_adapter.go). */
const BUCKETS = '[]float64{0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60}';

/** Names that the file declares at the top: none may be taken in the package. */
export const DECLARES: readonly string[] = [
  'clientLatency',
  'limiterLatency',
  'requestLatency',
  'prometheus',
  'clientmetrics',
  'ctrlmetrics',
  'context',
  'url',
  'time',
];

/** The imports that are not of the standard library. */
export const NEEDS: Readonly<Record<Registry, readonly string[]>> = {
  'controller-runtime': [
    'github.com/prometheus/client_golang/prometheus',
    'k8s.io/client-go/tools/metrics',
    'sigs.k8s.io/controller-runtime/pkg/metrics',
  ],
  default: ['github.com/prometheus/client_golang/prometheus', 'k8s.io/client-go/tools/metrics'],
};

/** Everything below the package clause. `requests`: the requests' own time too. */
export function adapter(registry: Registry, requests: boolean): string {
  const ours = registry === 'controller-runtime';
  const register = ours ? 'ctrlmetrics.Registry.MustRegister' : 'prometheus.MustRegister';
  return `import (
	"context"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	clientmetrics "k8s.io/client-go/tools/metrics"
${ours ? '\tctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"\n' : ''})

// clientLatency passes the times that client-go measures to a histogram.
type clientLatency struct{ histogram *prometheus.HistogramVec }

func (l clientLatency) Observe(_ context.Context, verb string, u url.URL, latency time.Duration) {
	l.histogram.WithLabelValues(verb, u.Host).Observe(latency.Seconds())
}

// limiterLatency is how long requests wait in the client's own rate limiter (QPS and Burst) before they are sent.
${histogram('limiterLatency', 'rest_client_rate_limiter_duration_seconds', 'Client side rate limiter latency in seconds. Broken down by verb, and host.')}
${
  requests
    ? `
// requestLatency is how long requests take after that.
${histogram('requestLatency', 'rest_client_request_duration_seconds', 'Request latency in seconds. Broken down by verb, and host.')}
`
    : ''
}
func init() {
	${register}(limiterLatency${requests ? ', requestLatency' : ''})
	// Not by clientmetrics.Register: it takes effect once only, and ${ours ? 'controller-runtime has called it.' : 'another package may have called it.'}
	clientmetrics.RateLimiterLatency = clientLatency{limiterLatency}
${requests ? '\tclientmetrics.RequestLatency = clientLatency{requestLatency}\n' : ''}}
`;
}

function histogram(name: string, metric: string, help: string): string {
  return `var ${name} = prometheus.NewHistogramVec(prometheus.HistogramOpts{
	Name:    "${metric}",
	Help:    "${help}",
	Buckets: ${BUCKETS},
}, []string{"verb", "host"})`;
}
