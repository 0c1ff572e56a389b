/** Why the copy cannot be adopted, in words for a person. Nothing has been changed. */
export class AdoptionError extends Error {}
