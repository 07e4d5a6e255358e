import { knownServer } from '../identify';
import type { Rule } from './rule';

/** Outweighs any sum of weak signs: an API server holds leases, a database may elect a leader, a proxy has metrics. */
export const server: Rule = {
  name: 'server',
  weight: -200,
  test: (s) => {
    const found = s.main === undefined ? undefined : knownServer(s.main);
    return found === undefined ? undefined : `runs ${found}, a server or agent and not a controller`;
  },
};
