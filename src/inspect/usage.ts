/** A mistake on the command line. */
import { Problem } from '../base/problem';

export function usage(message: string): Problem {
  return new Problem('inspect.usage', message, { next: 'See npm run -s inspect -- --help.' });
}
