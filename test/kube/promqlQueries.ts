/** Queries that are asked of both. */

const RANGES = ['20s', '1m', '3m', '7s'];
const OVER_RANGE = ['rate', 'increase', 'delta', 'irate', 'idelta', 'deriv', 'resets', 'changes', 'avg_over_time', 'min_over_time', 'max_over_time', 'sum_over_time', 'count_over_time', 'last_over_time', 'present_over_time', 'stddev_over_time', 'stdvar_over_time'];

export const QUERIES: readonly string[] = [
  // Selectors.
  'requests_total', 'depth', 'limit', 'nothing_here', 'requests_total{code="200"}', 'requests_total{code!="200"}', 'requests_total{code=~"2..|429"}', 'requests_total{code!~"5.*",pod=~"a|b"}', 'requests_total{job=""}', 'requests_total{absent=""}',
  'requests_total offset 1m', 'requests_total offset -30s', 'depth offset 90', '{__name__=~"errors_.*"}', '{"a.b"}', '{"a.b", "x.y"="plain"}', '{"a.b", "x.y"!~"pl.*"}', '{__name__="a.b"}', "depth{name='t\\x77o'}", 'depth{name=`two`,}', 'depth{name=~"(?i)TWO|ONE"}',
  // Ranges.
  ...OVER_RANGE.flatMap((f) => RANGES.flatMap((r) => [`${f}(requests_total[${r}])`, `${f}(depth[${r}])`])),
  ...['rate', 'increase', 'irate', 'delta', 'idelta', 'sum_over_time', 'avg_over_time', 'last_over_time'].flatMap((f) => RANGES.flatMap((r) => ['histogram_count', 'histogram_sum', 'histogram_avg'].map((h) => `${h}(${f}(native_seconds[${r}]))`))),
  ...['resets', 'changes', 'count_over_time'].flatMap((f) => RANGES.flatMap((r) => [`${f}(native_seconds[${r}])`, `${f}(mixed_seconds[${r}])`])),
  ...['rate', 'max_over_time', 'irate', 'sum_over_time', 'last_over_time'].map((f) => `${f}(mixed_seconds[1m])`), 'histogram_count(rate(mixed_seconds[1m]))', 'histogram_count(last_over_time(mixed_seconds[1m]))',
  'rate(requests_total[1m] offset 2m)', 'rate(requests_total[1m] offset -1m)', 'quantile_over_time(0.9, depth[1m])', 'quantile_over_time(-1, depth[1m])', 'quantile_over_time(time() % 2, depth[1m])', 'rate({"a.b"}[1m])', 'rate(requests_total[90])',
  // Classic histograms.
  ...['0', '0.5', '0.9', '0.99', '1', '-0.1', '1.1', 'NaN'].flatMap((q) => [
    `histogram_quantile(${q}, rate(latency_seconds_bucket[1m]))`, `histogram_quantile(${q}, sum by (le) (rate(latency_seconds_bucket[1m])))`, `histogram_quantile(${q}, odd_seconds_bucket)`, `histogram_quantile(${q}, sum by (le, pod) (increase(latency_seconds_bucket[40s])))`,
    `histogram_quantile(${q}, native_seconds)`, `histogram_quantile(${q}, rate(native_seconds[1m]))`, `histogram_quantile(${q}, sum(rate(native_seconds[1m])))`, `histogram_quantile(${q}, sum by (job) (native_seconds{pod!="g"}))`, // A rank that falls on the very border of two buckets is decided by the last digit of a float, which the order of a sum decides: so not half of them.
    ...(q === '0.5' ? [] : [`histogram_quantile(${q}, avg(rate(native_seconds{pod!~"g|d"}[45s])))`]),
  ]),
  'histogram_quantile(0.9, requests_total)', 'histogram_quantile(scalar(limit{pod="a"}) / 10, rate(latency_seconds_bucket[1m]))', 'sum(rate(latency_seconds_sum[1m])) / sum(rate(latency_seconds_count[1m]))', 'histogram_quantile(0.5, latency_seconds_bucket or native_seconds)', 'histogram_quantile(0.5, {__name__=~"latency_seconds_bucket|native_seconds"})',
  'histogram_quantile(0.9, native_seconds * 3)', 'histogram_quantile(0.9, 2 * native_seconds / 4)', 'histogram_quantile(0.9, native_seconds{pod="a"} + ignoring(pod) native_seconds{pod="c"})', 'histogram_quantile(0.9, native_seconds{pod="b"} - ignoring(pod) native_seconds{pod="c"})',
  'histogram_count(-native_seconds)', 'histogram_sum(native_seconds)', 'histogram_avg(native_seconds)', 'histogram_count(native_seconds / 0)', 'native_seconds + 1', 'native_seconds > 3', 'count(native_seconds)', 'max(native_seconds)', 'sum({__name__=~"native_seconds|depth"})', 'histogram_count(native_seconds == native_seconds)',
  'histogram_count(sum without (pod) (native_seconds))', 'histogram_sum(avg(native_seconds{pod!="g"}))',
  // Aggregations.
  ...['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'].flatMap((op) => ['depth', 'requests_total', 'rate(requests_total[1m])', 'depth{name=~"mix|huge|one"}'].flatMap((v) => [`${op}(${v})`, `${op} by (pod) (${v})`, `${op} without (code, name) (${v})`])),
  'sum(requests_total) by (job, nope)', 'sum by (__name__) ({__name__=~"errors_total|requests_total"})', 'SUM BY (pod,) (requests_total)', 'topk(2, requests_total)', 'topk by (pod) (1, requests_total)', 'bottomk(3, depth)', 'topk(0, depth)', 'topk(scalar(limit{pod="a"}), rate(requests_total[1m]))', 'topk(99, depth)', 'quantile(0.5, depth)', 'quantile by (pod) (0.9, requests_total)', 'quantile(2, depth)', 'quantile(NaN, depth)', 'count(depth > 0)', 'max(nothing_here)', 'sum by ("x.y") ({"a.b"})',
  // Arithmetic, comparisons, matching.
  ...['+', '-', '*', '/', '%', '^'].flatMap((op) => [`depth ${op} 3`, `2 ${op} depth`, `depth ${op} depth`, `errors_total ${op} ignoring(team) limit`, `7 ${op} -2`, `depth ${op} Inf`, `1 ${op} depth{name="three"}`]),
  ...['==', '!=', '<', '<=', '>', '>='].flatMap((op) => [`depth ${op} 4`, `4 ${op} depth`, `depth ${op} bool 4`, `4 ${op} bool depth`, `depth ${op} depth`, `errors_total ${op} on(pod) limit`, `errors_total ${op} bool on(pod) limit`, `1 ${op} bool 2`, `errors_total ${op} on(pod) group_left(team) limit`]),
  'requests_total * on(pod) group_left(team) limit', 'limit * on(pod) group_right() requests_total', 'requests_total / on(pod) group_left limit', 'requests_total * ignoring(code, team, job) group_left(team) limit', 'limit + on(pod) group_right(team) requests_total', 'requests_total / ignoring(code) sum without (code) (requests_total)', 'requests_total / ignoring(code) group_left sum without (code) (requests_total)',
  'requests_total and on(pod) limit', 'requests_total unless on(pod) limit', 'requests_total or limit', 'limit or requests_total', 'errors_total and requests_total', 'errors_total or on(pod) limit', 'depth and (depth > 5)', 'depth unless depth{name="one"}', 'depth or nothing_here', 'nothing_here and depth', 'depth > 0 and depth < 300 or depth{name="flat"}', 'limit and on() depth', 'depth unless on() nothing_here',
  '-depth', '-2 ^ 2', '2 ^ 3 ^ 2', '-depth ^ 2', '1 + 2 * 3 % 4 - 5', '+depth', '--depth', '1e3 + 0x1F + .5 + 1_000', '5m', '010', 'Inf', '-inf', 'nan', '1 - (2 - 3)', 'time()', 'time() - 1.7e9', 'pi()', 'vector(1)', 'vector(time())', 'scalar(depth)', 'scalar(depth{name="one"})', 'scalar(nothing_here)', 'depth / scalar(limit{pod="b"})', 'scalar(limit) + 1', '1 < bool 2 == bool 1',
  // Functions.
  ...['abs', 'ceil', 'floor', 'sqrt', 'exp', 'ln', 'log2', 'log10', 'sgn', 'round', 'absent', 'timestamp'].flatMap((f) => [`${f}(depth)`, `${f}(limit)`, `${f}(depth + 1)`]),
  'round(depth, 0.1)', 'round(depth, 10)', 'clamp(depth, 0, 100)', 'clamp(depth, 100, 0)', 'clamp_min(depth, 0)', 'clamp_max(depth, 5)', 'clamp_min(depth, NaN)', 'clamp(depth, scalar(limit{pod="a"}), 30)', 'timestamp(depth offset 30s)', 'timestamp(timestamp(depth))',
  'absent(nothing_here)', 'absent(nothing_here{a="b", c=~"d", e="f", e="g"})', 'absent(sum(nothing_here))', 'absent(limit{pod="e"})', 'absent(depth{name="four"})', 'absent({"no.name", a="b"})',
  'label_replace(depth, "short", "$1", "name", "(.).*")', 'label_replace(depth, "name", "", "name", "one")', 'label_replace(depth, "name", "x${1}y$$", "name", "(t.).*")', 'label_replace(depth, "n", "$1x", "name", "(.*)")', 'label_replace(depth, "n", "${rest}", "name", "t(?P<rest>.*)")', 'label_replace(rate(requests_total[1m]), "__name__", "other", "pod", "a")', 'sum by (short) (label_replace(depth, "short", "$1", "name", "(.).*"))', 'label_replace(limit, "pod", "same", "", "")',
  '# a comment\nsum(\n  depth # another\n)',
];

/** What Prometheus refuses, and so do we. */
export const REFUSED: readonly string[] = [
  '', '   ', 'sum(', 'depth[5m', 'depth{', 'depth{name}', 'depth{name="one"', 'depth{name=one}', '{}', '{a=""}', '{a=~".*"}', 'rate(depth)', 'abs(depth[5m])', 'abs()', 'abs(depth, 1)', 'no_such_function(depth)', 'depth +', '* 3', '1 2', 'depth depth', '"text" + 1', '1 == 2', '1 and depth', 'depth and 1',
  'depth and on(a) group_left depth', 'depth + bool depth', 'sum by depth', 'topk(depth)', 'sum(1, depth)', 'sum(1)', 'topk(depth, depth)', 'depth[0s]', 'depth offset', 'depth offset depth', 'depth[5m] + 1', '-depth[5m]', '-"a"', 'depth{name=~"("}', 'a{__name__="b"', '1d2y', '5mm', "'open", '"\\q"', 'x{"y", "z"}', 'depth on(a) + depth', '1 + on(a) 2', 'depth + on(a) group_left(a) depth', 'label_replace(depth, "a", "b", "c", "(")', 'requests_total / on(pod) limit', 'requests_total * on(job) group_left limit', 'limit * on(job) requests_total', 'depth + on() depth', 'rate({__name__=~"errors_total|requests_total", pod="a", code=~"|200"}[1m]) + ignoring(code) rate({__name__=~"errors_total|limit", pod="a"}[1m])', 'label_replace(depth, "name", "same", "", "")',
  'depth{name="one"} @', 'sum(depth))', '(depth', ')', 'depth)', '!depth', '$x', 'a=b', 'depth{name="one" job="a"}', 'depth offset 5m offset 5m', 'depth{name="one",,}',
];
