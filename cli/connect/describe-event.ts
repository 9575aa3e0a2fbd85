import type { ConnectorEvent } from '../../ingest/connectors/stats.ts';

/** Describes an event for the terminal. Returns undefined for an event that only counts. */
export function describeEvent(event: ConnectorEvent): string | undefined {
  switch (event.kind) {
    case 'connected':
      return 'connected';
    case 'gap':
      return event.seconds === undefined
        ? `gap: ${event.reason}`
        : `gap of ${Math.round(event.seconds)} s: ${event.reason}`;
    case 'limited':
      return `the service asks to wait ${Math.round(event.seconds)} s`;
    case 'reconnect':
      return `connects again in ${(event.wait_ms / 1_000).toFixed(1)} s (${event.reason})`;
    case 'refused':
      return `record ${event.record_id} is refused: ${event.paths.join(', ')}`;
    case 'waiting_for_lease':
      return 'another process runs this connector; waiting until it ends';
    case 'paused':
      return 'paused; `aurastream connect resume` lets it go on';
    case 'save_failed':
      return `the mark could not be saved (${event.code}); trying again`;
    case 'sweep_failed':
      return `the sweep for edits and deletions failed (${event.reason}); the next one repeats it`;
    case 'skipped':
      return undefined;
  }
}
