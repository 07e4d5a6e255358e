// How much slower than an idle machine with two cores this one is: a factor for all waits and limits of the tests.

/**
 * TEST_SLOWNESS of the environment, 1 if it is not set; .ci/run sets 3. A wait still ends as soon as its condition
 * holds.
 */
export const SLOWNESS = read(process.env.TEST_SLOWNESS);

function read(text) {
  if (text === undefined || text === '') return 1;
  const factor = Number(text);
  if (!(factor >= 1 && factor <= 20)) throw new Error(`TEST_SLOWNESS is "${text}"; it is a number from 1 to 20.`);
  return factor;
}
