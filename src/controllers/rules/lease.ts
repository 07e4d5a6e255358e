import type { Rule } from './rule';

/** Hardly anything but controllers elects a leader by a Lease. */
export const lease: Rule = {
  name: 'lease',
  weight: 60,
  test: (s) =>
    s.leases.length === 0
      ? undefined
      : `holds the lease${s.leases.length > 1 ? 's' : ''} ` +
        `${s.leases.slice(0, 3).join(', ')}${s.leases.length > 3 ? ` and ${s.leases.length - 3} more` : ''}`,
};
