/** The few numbers that advice rests on, worked out by hand beside. */
import { describe, expect, it } from 'vitest';
import { MEASURE_QUERIES, measuredFrom } from '../../../src/series/measure';
import { SavedSource } from '../../../src/series/saved/savedSource';
import { namesIn } from '../../../src/series/scraper';

const never = new AbortController().signal;
const T = 1_700_000_000;

/** 31 scrapes, 2 s apart: each second 5 requests, each of which waits 1.9 s and then takes 0.1 s; 4 of 5 workers are busy; a reconcile a second of 4 s. */
function throttled(limiter: boolean): string {
  const lines = ['# TYPE rest_client_requests counter', '# TYPE x gauge'];
  for (let i = 0; i <= 30; i++) {
    const s = i * 2;
    const at = T + s;
    const sample = (name: string, value: number, labels = 'pod="a"'): void => {
      lines.push(`${name}{${labels}} ${value} ${at}`);
    };
    sample('rest_client_requests_total', s * 4, 'pod="a",code="200"');
    sample('rest_client_requests_total', s, 'pod="a",code="201"');
    sample('rest_client_requests_total', s * 1000, 'pod="other",code="200"');
    if (limiter) {
      for (const [le, n] of [
        ['1', 0],
        ['2', 5],
        ['+Inf', 5],
      ] as const)
        sample('rest_client_rate_limiter_duration_seconds_bucket', s * n, `pod="a",le="${le}"`);
      sample('rest_client_rate_limiter_duration_seconds_sum', s * 5 * 1.9);
      sample('rest_client_rate_limiter_duration_seconds_count', s * 5);
    }
    sample('rest_client_request_duration_seconds_sum', s * 5 * 2);
    sample('rest_client_request_duration_seconds_count', s * 5);
    sample('controller_runtime_max_concurrent_reconciles', 5);
    sample('controller_runtime_active_workers', i % 2 === 0 ? 3 : 5);
    sample('controller_runtime_reconcile_time_seconds_sum', s * 4);
    sample('controller_runtime_reconcile_time_seconds_count', s);
  }
  return `${lines.filter((l) => !l.startsWith('#')).join('\n')}\n# EOF\n`;
}

const measured = async (text: string) =>
  measuredFrom(
    await SavedSource.open({ name: 'm.txt', bytes: Buffer.from(text), modified: T }),
    { of: 'widgets in team-a', seconds: 60, process: [{ label: 'pod', op: '=', value: 'a' }], now: T + 60 },
    never,
  );

describe('what is measured of a program', () => {
  it("is of this process alone, with the server's time apart from the limiter's", async () => {
    const m = await measured(throttled(true));
    expect(m).toMatchObject({ of: 'widgets in team-a', seconds: 60, workers: 5, inLimiter: 1 });
    expect(m.requestsPerSecond).toBeCloseTo(5, 6);
    expect(m.limiterMean).toBeCloseTo(1.9, 6);
    expect(m.requestMean).toBeCloseTo(0.1, 6);
    expect(m.limiterP99).toBeCloseTo(1.99, 6);
    expect(m.reconcileMean).toBeCloseTo(4, 6);
    expect(m.reconcilesPerSecond).toBeCloseTo(1, 6);
    // 15 of 3 and 15 of 5 in a window that leaves its first moment out.
    expect(m.busyWorkers).toBeCloseTo(4, 1);
  });

  it('says nothing of what is not exported', async () => {
    const m = await measured(throttled(false));
    expect(m.limiterP99).toBeUndefined();
    expect(m.limiterMean).toBeUndefined();
    expect(m.inLimiter).toBeUndefined();
    expect(m.requestMean).toBeCloseTo(2, 6);
  });

  it('names what a scraper has to keep for it', () => {
    expect([...(namesIn(MEASURE_QUERIES) ?? [])]).toEqual(
      expect.arrayContaining(['rest_client_requests_total', 'controller_runtime_active_workers']),
    );
  });
});
