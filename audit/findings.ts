/** A difference between the trail and what its writers wrote. */
export interface Finding {
  /** Key of the object or manifest, with the number of the line if one line is meant. */
  place: string;
  problem: string;
}

/** Names a line of an object, counted from 1, for example `entries/…/0000000001.jsonl:2`. */
export function placeOf(key: string, line: number): string {
  return `${key}:${line}`;
}
