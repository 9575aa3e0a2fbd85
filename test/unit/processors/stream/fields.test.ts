import { expect, it } from 'vitest';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { FIELD_CASES } from '../../../fixtures/stream/fields.ts';
import { kinesisRecord } from '../../../support/kinesis-event.ts';

/** The cases whose record is refused, with the field in its issue. All other records are read. */
const REFUSED: Record<string, string> = {
  'F05-numeric-record-id': 'record_id',
  'F33-source-dotted': 'source',
  'F34-source-upper-space': 'source',
  'F43-text-number': 'text',
  'F44-text-array': 'text',
  'F45-version-string': 'record_version',
  'F47-deleted-string': 'deleted',
  'F49-id-with-chars': 'record_id',
  'F50-id-b64': 'record_id',
  'F51-no-source': 'source',
  'F52-no-source-no-text': 'source',
  'F53-body-key': 'text',
};

/** The fields of the record of a case, where they differ from those of the case. */
const READ: Record<string, object> = {
  'F06-created-date-only': { created_at: '2026-11-20T00:00:00Z' },
  'F07-created-no-zone': { created_at: '2026-11-20T10:00:00Z' },
  'F08-created-space': { created_at: '2026-11-20T10:00:00+00:00' },
  'F09-created-offset-no-colon': { created_at: '2026-11-20T10:00:00+00:00' },
  'F10-created-epoch-ms': { created_at: '2026-09-21T14:13:20.000Z' },
  'F11-created-twitter': { created_at: '2026-11-20T20:19:24+00:00' },
  'F13-created-lower-z': { created_at: '2026-11-20T10:00:00Z' },
  'F14-created-leap-second': { created_at: '2016-12-31T23:59:59Z' },
  'F17-created-minute-only': { created_at: '2026-11-20T10:00:00Z' },
  'F18-lang-en_US': { language: 'en' },
  'F20-lang-zh-Hans-CN': { language: 'zh' },
  'F21-lang-es-419': { language: 'es' },
  'F22-lang-und': { language: 'auto' },
  'F23-lang-English': { language: 'auto', attributes: { language: 'English' } },
  'F24-lang-eng': { language: 'en' },
  'F25-lang-iw': { language: 'he' },
  'F26-lang-pt-BR': { language: 'pt' },
  'F27-lang-zh_TW': { language: 'zh-TW' },
  'F29-url-relative': { attributes: { url: '/p/123' } },
  'F30-url-na': { attributes: { url: 'N/A' } },
  'F35-attr-nested': { attributes: { product: '{"id":3}' } },
  'F37-attr-key-space': { attributes: { Seat_Type: 'Economy' } },
  'F40-attr-case-twins': { attributes: { Stars: 5, stars: 4 } },
  'F41-attr-unicode-key': { attributes: { 评分: 5 } },
};

it.each(FIELD_CASES.map(({ id }) => id))('the record %s is read or refused as it should', (id) => {
  const { data, rid } = FIELD_CASES.find((one) => one.id === id)!;
  const { items, rejected } = decode([kinesisRecord(data)]);
  const field = REFUSED[id];
  if (field === undefined) {
    expect(rejected).toEqual([]);
    expect(items).toMatchObject([{ record: READ[id] ?? {} }]);
    if (rid !== undefined) expect(items[0]!.record.record_id).toBe(rid);
  } else {
    expect(items).toEqual([]);
    expect(rejected[0]!.why.issues.map(({ path }) => path)).toContain(field);
  }
});

it('every expectation names a case of the fixtures', () => {
  const ids = FIELD_CASES.map(({ id }) => id);
  for (const id of [...Object.keys(REFUSED), ...Object.keys(READ)]) expect(ids).toContain(id);
});
