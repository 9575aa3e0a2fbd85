import { expect, it } from 'vitest';
import {
  FAILED_OUTCOMES,
  isFinal,
  JOB_EVENTS,
  JOB_STATUSES,
  type JobEvent,
  listStatusesBefore,
  RECORD_OUTCOMES,
  SUCCEEDED_OUTCOMES,
} from '../../../schemas/index.ts';

it('each event leads from the statuses to the status that docs/api.md draws', () => {
  const drawn: Record<JobEvent, [string[], string]> = {
    input_counted: [['PENDING'], 'PROCESSING'],
    input_unusable: [['PENDING', 'PROCESSING'], 'FAILED'],
    submission_stopped: [['PENDING', 'PROCESSING'], 'FAILED'],
    all_records_succeeded: [['PROCESSING'], 'COMPLETED'],
    some_records_failed: [['PROCESSING'], 'COMPLETED_WITH_ERRORS'],
    deadline_passed: [['PENDING', 'PROCESSING'], 'FAILED'],
    cancelled_by_caller: [['PENDING', 'PROCESSING'], 'CANCELLED'],
  };
  for (const [event, [from, to]] of Object.entries(drawn)) {
    expect(JOB_EVENTS[event as JobEvent], event).toEqual({ from, to });
  }
  expect(Object.keys(JOB_EVENTS)).toEqual(Object.keys(drawn));
});

it('a status is final if no event leads away from it', () => {
  expect(JOB_STATUSES.filter((status) => !isFinal(status))).toEqual(['PENDING', 'PROCESSING']);
});

it('listStatusesBefore lists every status from which an event leads to the target', () => {
  expect(listStatusesBefore('PENDING')).toEqual([]);
  expect(listStatusesBefore('PROCESSING')).toEqual(['PENDING']);
  expect(listStatusesBefore('COMPLETED')).toEqual(['PROCESSING']);
  expect(listStatusesBefore('FAILED')).toEqual(['PENDING', 'PROCESSING']);
});

it('each outcome of a record is a success, a failure or a set-aside, and a withdrawal is a success', () => {
  expect(SUCCEEDED_OUTCOMES).toEqual([
    ...['positive', 'negative', 'neutral', 'mixed', 'withdrawn', 'not_newer'],
  ]);
  expect(FAILED_OUTCOMES).toEqual(['unsupported_language', 'empty']);
  const outcomes = [...SUCCEEDED_OUTCOMES, ...FAILED_OUTCOMES, 'set_aside'];
  expect(outcomes.sort()).toEqual([...RECORD_OUTCOMES].sort());
});
