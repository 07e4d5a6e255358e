/** Measured by the way and worth keeping in the report; nothing is judged by them (npm run bench does that). */
export const notes: Record<string, number | string> = {};
