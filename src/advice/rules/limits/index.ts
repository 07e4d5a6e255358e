/** Rules about QPS, Burst and the client's limiter. */
import type { GoRule } from '../../rule';
import { burstBelowQps } from './burstBelowQps';
import { burstMissing } from './burstMissing';
import { burstWithoutQps } from './burstWithoutQps';
import { clientLimit } from './clientLimit';
import { ownLimiters } from './ownLimiters';
import { rateLimiterOverrides } from './rateLimiterOverrides';
import { setTooLate } from './setTooLate';
import { unusedCopy } from './unusedCopy';

export const LIMIT_RULES: readonly GoRule[] = [
  clientLimit,
  burstMissing,
  burstBelowQps,
  burstWithoutQps,
  setTooLate,
  unusedCopy,
  rateLimiterOverrides,
  ownLimiters,
];
