import { expect, it } from 'vitest';
import {
  isFinal,
  JOB_EVENTS,
  JOB_STATUSES,
  type JobEvent,
  listStatusesBefore,
} from '../../../schemas/index.ts';

it('each event leads from the statuses to the status that docs/api.md draws', () => {
  const drawn: Record<JobEvent, [string[], string]> = {
    input_counted: [['PENDING'], 'PROCESSING'],
    input_unusable: [['PENDING', 'PROCESSING'], 'FAILED'],
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
