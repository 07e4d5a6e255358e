/** All that is wrong in the workflows and issue templates below `root`, as "file: sentence"; none when all is well. */
export declare function checkGithub(root: string): string[];
