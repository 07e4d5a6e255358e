/** TEST_SLOWNESS of the environment, 1 to 20; 1 when it is not set. */
export declare const SLOWNESS: number;
