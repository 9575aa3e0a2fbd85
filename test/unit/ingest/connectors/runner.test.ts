import { describe, expect, it } from 'vitest';
import {
  ConnectorWorld,
  drawScript,
  expectTexts,
  readResults,
  versionAt,
} from '../../../support/connector-world.ts';
import { createRandom } from '../../../support/random.ts';
import { REPEATS } from '../../../support/repeats.ts';

const SEEDS = Array.from({ length: 40 * REPEATS }, (_, i) => i + 1);

describe('Any interleaving of emissions, outcomes, failures of stores, kills and restarts', () => {
  it('leaves every wanted record published or behind the saved mark, and the results as the source last said', async () => {
    for (const seed of SEEDS) {
      const random = createRandom(seed);
      const script = drawScript(random, 60);
      const world = new ConnectorWorld(script, random);
      for (let kills = 0; kills < 8; kills += 1) {
        await world.run(random.next() * 4_000);
        const mark = await world.readMark();
        const settled = world.on_stream.filter(
          ({ record_version = 0 }) => record_version <= versionAt(mark),
        );
        expect(readResults(settled), `seed ${seed}, kill ${kills}`).toEqual(
          expectTexts(script.slice(0, mark + 1)),
        );
      }
      await world.run(Number.POSITIVE_INFINITY);
      expect(await world.readMark(), `seed ${seed}`).toBe(script.length - 1);
      expect(readResults(world.on_stream), `seed ${seed}`).toEqual(expectTexts(script));
    }
  });
});
