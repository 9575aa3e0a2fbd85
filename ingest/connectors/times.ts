const MAX_AGE_MS = 10 * 365.25 * 86_400_000;
const MAX_AHEAD_MS = 5 * 60_000;

/**
 * Returns the time that an author's program declares, if it is plausible, and else the time of the
 * event. Some programs declare the year 1 or 2099, and listings sort by this time. A plausible time
 * is at most 10 years before and 5 minutes after the event.
 *
 * @param event_time time of the event by the clock of the service, in ISO 8601 with a zone.
 */
export function clampTime(declared: string | undefined, event_time: string): string {
  const age = Date.parse(event_time) - Date.parse(declared ?? '');
  return declared !== undefined && age <= MAX_AGE_MS && age >= -MAX_AHEAD_MS
    ? declared
    : event_time;
}
