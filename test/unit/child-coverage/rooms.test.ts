import { expect, it } from 'vitest';
import { describeRooms } from '../../child-coverage/rooms.ts';

it('coverage is summed for each room that has files, and a file belongs to the room of its path alone', () => {
  const files = {
    '/root/api/handler.ts': [10, 5],
    '/root/api/routes/jobs.ts': [30, 30],
    '/root/packages/cost-model/src/api/cost.ts': [3, 1],
  };
  const coverage = {
    files: () => Object.keys(files),
    fileCoverageFor: (file: string) => ({
      toSummary() {
        const [total, covered] = files[file as keyof typeof files] as [number, number];
        return { lines: { total, covered }, branches: { total: 0, covered: 0 } };
      },
    }),
  };
  expect(describeRooms('/root', coverage).split('\n')).toEqual([
    'api                         lines  87.5 %  branches 100.0 %',
    'packages/cost-model         lines  33.3 %  branches 100.0 %',
  ]);
});
