import { recordKey } from '../../../schemas/index.ts';
import { describeResultsListing } from '../../contract/suites/results-listing.ts';
import { createFakeReader } from '../../fakes/results-reader.ts';

describeResultsListing(
  () => {
    const { results, rows } = createFakeReader();
    const put = async (some: Parameters<typeof recordKey>[0][]) => {
      for (const one of some) rows.set(recordKey(one), one as never);
    };
    return { reader: results, put };
  },
  { runs: 100 },
);
