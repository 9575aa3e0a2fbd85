import type { ResultsResponse } from '../../../schemas/index.ts';
import { writeCsv, writeNdjson } from '../../format/csv.ts';
import { saveFile } from '../../parts/save-file.ts';

/** Saves the shown texts as a file. */
export function ExportButtons({ results }: { results: ResultsResponse['results'] }) {
  const is_empty = results.length === 0;
  const save = (name: string, type: string, write: (rows: typeof results) => string) =>
    saveFile(name, new Blob([write(results)], { type }));
  return (
    <>
      <button
        type="button"
        class="plain"
        disabled={is_empty}
        onClick={() => save('texts.csv', 'text/csv', writeCsv)}
      >
        CSV
      </button>
      <button
        type="button"
        class="plain"
        disabled={is_empty}
        onClick={() => save('texts.ndjson', 'application/x-ndjson', writeNdjson)}
      >
        NDJSON
      </button>
    </>
  );
}
