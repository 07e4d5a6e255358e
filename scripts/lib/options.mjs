// Parses a script's options: --help, and errors in one line.
import { parseArgs } from 'node:util';

/**
 * `options` as for parseArgs; those named in `numbers` must be numbers above 0. Exits after --help and after an error.
 */
export function optionsOf({ help, options, numbers = [] }) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } });
    if (values.help) {
      console.log(help);
      process.exit(0);
    }
    for (const name of numbers) {
      if (values[name] === undefined) continue;
      if (!(Number(values[name]) > 0)) throw new Error(`--${name} takes a number above 0, not "${values[name]}".`);
      values[name] = Number(values[name]);
    }
    return values;
  } catch (e) {
    console.error(mistake(e));
    process.exit(1);
  }
}

/** An error in a script's options, in one line. */
export const mistake = (e) => `${e.message.split(/\.\s/)[0].replace(/\.$/, '')}. --help tells what there is.`;
