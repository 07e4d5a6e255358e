import { limitsOf } from '../effective';
import { fixOf, type YamlRule } from './rule';

/** Burst below QPS. */
export const BURST: YamlRule = {
  id: 'yaml-burst-below-qps',
  title: 'Burst is below QPS',
  explains:
    'The limiter is a bucket that fills at QPS and holds burst requests. With a burst below QPS no more than ' +
    'burst requests go out at once, however long the client was quiet, so a controller that wakes up with a full ' +
    "queue is held back below its rate. client-go's own defaults have a burst of twice the QPS; the fix sets " +
    'that. cert-manager does not start with a burst below its QPS.',
  *check(context) {
    const { place } = context;
    for (const { limit, qps, burst, qpsNumber, burstNumber, effective } of limitsOf(place)) {
      // Flux has no limiter at all while the API server has API Priority and Fairness.
      if (
        limit.burst === undefined ||
        burst === undefined ||
        qpsNumber === undefined ||
        burstNumber === undefined ||
        burstNumber >= qpsNumber ||
        limit.unless !== undefined ||
        burstNumber < 0
      )
        continue;
      const stated = burst.span === undefined ? `Burst is not set and stays ${burstNumber}` : `Burst ${burstNumber}`;
      yield {
        ...(burst.span ?? qps.span ?? place.mark),
        rule: BURST.id,
        severity: 'warning',
        effective,
        message:
          `${stated}, below the QPS of ${qpsNumber}: at most ${burstNumber} requests go out at once. ` +
          `${place.component.restart}`,
        fixes: fixOf(
          context,
          'burst-2x',
          `Set burst to ${Math.ceil(qpsNumber * 2)}, twice the QPS`,
          [{ knob: limit.burst, value: String(Math.ceil(qpsNumber * 2)) }],
          true,
        ),
      };
    }
  },
};
