import { EMPTY, last, mean, since, spark, total, track } from './tracks';
import type { ProcessSignals } from './signals';
import type { PipelineInput, Reading, RequestTile } from './types';
import { perSecond, seconds } from './words';

/** Tiles shown: the busiest, and 429. */
const SHOWN = 7;

/** Requests of the process by method and code, the most frequent first, and always the rejected ones. */
export function requestTiles(input: PipelineInput, p: ProcessSignals, from: number): readonly RequestTile[] {
  const series = input.results.get('requests')?.series ?? [];
  if (series.length === 0) return [];
  const tiles = series
    .map((s) => ({
      method: s.labels['method'] ?? '',
      code: s.labels['code'] ?? '',
      line: s,
      rate: mean(since(s, from)),
    }))
    .filter((t) => t.rate > 0 && t.code !== '429')
    .sort((a, b) => b.rate - a.rate)
    .slice(0, SHOWN);
  const rejected = total(series.filter((s) => s.labels['code'] === '429'));
  const now = last(since(rejected, from));
  // While requests wait in the limiter, their time is not the server's: leave it out.
  const timed = p.limiterBusy <= 0.1 * p.requestBusy;
  const times = (method: string): Reading[] => {
    const p99 = timed ? last(since(track(input.results.get('requestP99ByVerb'), 'verb', method), from)) : NaN;
    return Number.isFinite(p99) ? [{ text: `${seconds(p99)} p99 for ${method}` }] : [];
  };
  return [
    ...tiles.map((t) => ({
      title: `${t.method} ${t.code}`,
      main: perSecond(last(since(t.line, from))),
      readings: times(t.method),
      spark: spark(t.line),
    })),
    {
      title: 'any 429',
      main: perSecond(Number.isFinite(now) ? now : 0),
      readings: [{ text: p.rejected > 0 ? `${perSecond(p.rejected)} rejected on average` : 'none rejected' }],
      spark: spark(rejected === EMPTY ? EMPTY : rejected),
    },
  ];
}
