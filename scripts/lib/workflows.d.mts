/** All errors in the workflows and issue templates below `root`, as "file: sentence"; empty if there are none. */
export declare function checkGithub(root: string): string[];
