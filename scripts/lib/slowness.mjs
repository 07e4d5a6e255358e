// How much more time than on a quiet machine of two cores everything may take here: a factor on each wait and limit of
// the tests.

/** TEST_SLOWNESS of the environment, 1 when it is not set; .ci/run says 3. What holds at once is not slower for it. */
export const SLOWNESS = read(process.env.TEST_SLOWNESS);

function read(text) {
  if (text === undefined || text === '') return 1;
  const factor = Number(text);
  if (!(factor >= 1 && factor <= 20)) throw new Error(`TEST_SLOWNESS is "${text}"; it is a number from 1 to 20.`);
  return factor;
}
