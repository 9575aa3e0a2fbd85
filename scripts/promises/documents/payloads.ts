import type { DocumentPromises } from '../entry.ts';

const ENDS = 'the payload %s ends as it should';
const AGGREGATES = 'the aggregate %s ends as it should';
const SEVERAL = '%s are records of their own';
const UNWRAPPED = 'a record in a message of %s is decoded if the setting names it: %j';
const NAMED = 'a message of %s is otherwise set aside, and the reason names it and the setting: %j';
const STRICT = 'the contract stays strict: the record is refused for its %s %j';
const TIMES = 'the time %j is read as %s';
const MISFITS =
  'a value that does not fit its field becomes an attribute or is dropped, and is counted: %j';
const SHORT = 'detectLanguage is as accurate on texts of the kind %s as the README says';
const LANGUAGES = 'a record with the language %s is analysed as %s';
const SAME_ID =
  'each of several JSON values is restored under the id that its place in them gave it';

const ORDER =
  'a row is what the last acceptance said, in whatever order acceptances, resends and redeliveries arrive';
const STAMP =
  'a stamp is at most five minutes after the arrival, and the arrival is the stamp of a record without one';

export const PAYLOADS: DocumentPromises = {
  path: 'docs/payloads.md',
  promises: [
    {
      says: 'gzip and zlib are decompressed, also one within the other, and gzip of several members.',
      tests: ['a record in %s is decoded', ENDS],
    },
    {
      says: 'A record may have 10 MiB after decompression, may be compressed three times, and may not exceed the ratio that one compression can have (1,032 bytes for a byte).',
      tests: [
        'a record may have 10 MiB after decompression, and not a byte more',
        'data that is compressed four times, or twice with a ratio that one compression cannot have, is set aside',
      ],
    },
    {
      says: 'Other records are set aside as too_large.',
      tests: [
        'data that is compressed four times, or twice with a ratio that one compression cannot have, is set aside',
      ],
    },
    {
      says: 'KPL aggregates are taken apart, also within gzip and within each other.',
      tests: [AGGREGATES],
    },
    {
      says: 'Text is UTF-8, with or without a byte order mark.',
      tests: ['A record may begin with a byte order mark'],
    },
    {
      says: 'No byte ever becomes U+FFFD: other bytes are set aside as invalid_utf8, and the reason names UTF-16, zstd, bzip2, xz, lz4, Snappy, zip, Parquet, Avro and messages of the Glue Schema Registry.',
      tests: [
        '2,000 generated payloads, half of them damaged, decode to records or set-asides that restore to the same',
        'the reason of bytes that are not UTF-8 says that they are %s',
      ],
    },
    {
      says: 'The escape of half a surrogate pair in JSON becomes U+FFFD, because no service accepts it.',
      tests: ['Half an emoji in a record becomes U+FFFD, because services refuse it'],
    },
    {
      says: 'JSON values on a line each, JSON values without a line end between them, and JSON arrays are records of their own.',
      tests: [SEVERAL],
    },
    {
      says: 'Each has the number of its place as sub_sequence_number, as the records of an aggregate have.',
      tests: [
        'each value has the number of its place, and a value in an aggregate has one number more',
      ],
    },
    {
      says: 'A value within a record of an aggregate has one number more, in nested_numbers.',
      tests: [
        'each value has the number of its place, and a value in an aggregate has one number more',
      ],
    },
    {
      says: 'A record without a record_id gets its id from these numbers, so a redelivery, a redrive and a replay give it the same id.',
      tests: [SAME_ID],
    },
    {
      says: 'A value that is not JSON costs no other record: it becomes a set-aside of its own.',
      tests: ['%s costs no other record', 'a line in another encoding costs no other record'],
    },
    {
      says: 'Bytes in which no value looks like a record become one set-aside.',
      tests: ['%s is set aside whole, because no value looks like a record'],
    },
    {
      says: 'The records after the first 50,000 of a Kinesis record, or after 64 MiB, are set aside as too_large, and can be replayed.',
      tests: [
        'the records after the first 50,000 of a Kinesis record are set aside as one, and can be replayed',
        'The records of an aggregate after 64 MiB are set aside one by one, with their own bytes',
        'A record that was set aside for the size of its aggregate can be replayed',
      ],
    },
    {
      says: 'After 10,000 set-asides, one set-aside holds the whole Kinesis record.',
      tests: [
        'An aggregate with 10,000 bad records is set aside whole instead of its other bad records',
      ],
    },
    {
      says: 'The setting consumer.unwrap lists the messages whose records are decoded, and is empty by default.',
      tests: [
        UNWRAPPED,
        'the consumer decodes the messages that the setting names',
        'with the setting consumer.unwrap, the records in the messages it names have results, and any other message is set aside with its name',
      ],
    },
    {
      says: 'All other messages are set aside with the reason envelope, which names the service and the entry to add.',
      tests: [NAMED],
    },
    {
      says: 'set-aside replay --reason envelope puts the records in these messages on the stream.',
      tests: [
        'the records in the message of another service are replayed, each under the id of its place',
      ],
    },
    ...[
      'cloudwatch_logs | a subscription of CloudWatch Logs: each logEvents[].message is a record',
      'sns | an SNS notification: Message',
      'sqs | an SQS message, from EventBridge Pipes or as SQS returns it: body',
      'eventbridge | an EventBridge event: detail',
      'dynamodb | a change of a DynamoDB stream: dynamodb.NewImage, with its types converted',
      'firehose | a Firehose record or request: data in base64',
      'kinesis | a Kinesis event of a Lambda function: kinesis.data in base64',
      'dms | a change of the Database Migration Service: data',
      'debezium | a change of Debezium, with or without its schema: after',
      'fluent_bit | a line of Fluent Bit: log',
    ].map((says) => ({ says, tests: [UNWRAPPED] })),
    {
      says: 'Events of Lambda (Records) with these messages are unwrapped as well, and so are messages within messages, up to eight containers.',
      tests: [
        UNWRAPPED,
        'messages within messages are unwrapped from the outside in',
        'a record in more than eight containers is set aside',
      ],
    },
    {
      says: 'Messages of a service about itself, such as a CONTROL_MESSAGE of CloudWatch Logs or the confirmation of a subscription, hold no record and are skipped.',
      tests: ['a message of %s that is about the service itself holds no record'],
    },
    {
      says: 'A change without a new image, such as the deletion of an item, is set aside.',
      tests: ['a message of %s without a record in it is set aside'],
    },
    {
      says: 'The contract is strict for the text, the source, the tenant and all that identifies a record (record_id, record_version, deleted, the fields of jobs and of long texts).',
      tests: [STRICT],
    },
    { says: 'Such a field without a right value costs the record.', tests: [STRICT] },
    {
      says: 'The other fields describe the record and never cost its verdict, on the stream, in POST /records and in the documents of a job:',
      tests: [
        'no metadata ever costs a record, and what is read is a record',
        'the record %s is read or refused as it should',
        'a record is accepted whatever its metadata, and is sent as it came',
        'a document of a job is accepted whatever its metadata',
      ],
    },
    {
      says: 'null counts as absent in every optional field, and the empty string in every field that describes the record.',
      tests: ['null and the empty string count as absent: %j', STRICT],
    },
    {
      says: 'created_at takes ISO 8601 with a space, without seconds, or with +0000 or z; a date alone; RFC 2822; the form of Twitter; and seconds, milliseconds, microseconds or nanoseconds since 1970.',
      tests: [TIMES],
    },
    { says: 'A time without a zone is UTC.', tests: [TIMES] },
    {
      says: 'A `created_at` before 1990, or more than five minutes after the arrival, becomes an attribute, and the time of the arrival counts instead.',
      tests: ['a time of creation that cannot be right becomes an attribute: %s'],
    },
    {
      says: 'Forms whose order of day and month is uncertain, such as 01/02/2026, are not read.',
      tests: ['%j is not read as a time'],
    },
    { says: 'A number as author becomes its text.', tests: ['the field %s takes %j, as %j'] },
    {
      says: 'Any other value that does not fit its field becomes an attribute of the same name, such as attributes.url of the url N/A.',
      tests: [MISFITS],
    },
    { says: 'Lists and objects become their JSON.', tests: [MISFITS] },
    {
      says: 'A value of more than 1,024 characters, and the 33rd attribute, are dropped.',
      tests: [MISFITS, 'the first 32 attributes are kept and the others are counted'],
    },
    {
      says: 'Names of attributes may have letters and digits of every script, _, . and -.',
      tests: ['the names of attributes may have letters of every script'],
    },
    { says: 'Other characters become _.', tests: [MISFITS] },
    {
      says: 'The metric misfits counts the values that became an attribute or were dropped, and the log line of the batch names their fields.',
      tests: [
        'the values that do not fit their field are counted by field',
        'a batch is counted in metrics, which are published once',
      ],
    },
    {
      says: 'What was accepted last counts, in whatever order the versions arrive.',
      tests: [
        ORDER,
        'A row has what the last acceptance said, whatever the order, number and concurrency of puts',
      ],
    },
    {
      says: 'A record_version comes before the time: a higher number replaces a lower one, and a lower one is never taken.',
      tests: [ORDER, 'a record keeps its highest version, in whatever order versions arrive'],
    },
    {
      says: 'A record without a number replaces what was accepted before it.',
      tests: [
        ORDER,
        'Of two texts with the same version or without one, the table keeps the later',
        'a corrected file replaces the results of its records, and a withdrawal without a version withdraws one',
      ],
    },
    {
      says: 'A source may mix both, if its numbers only rise.',
      tests: [ORDER],
    },
    {
      says: 'deleted: true withdraws a record: its text, author, url and attributes leave the results.',
      tests: [
        'A withdrawal removes the text without a call to the analyzer',
        'A withdrawal without a version withdraws, and a record that comes again replaces it',
      ],
    },
    {
      says: 'A withdrawal that comes first keeps a text out that was accepted before it.',
      tests: [
        'A withdrawal of a record that never came keeps an older version out, and a newer version replaces it',
      ],
    },
    {
      says: 'The publisher, the API and jobs set it, and whatever sends the record again keeps it.',
      tests: [
        'an entry has the stamp of the record, or a new one of the record that it names',
        'POST /records puts nothing on the stream that only the product may set',
        'a replay publishes each record once, as the same version of a later run, with the fields of its producer',
        'The product keeps every promise in simulated worlds, whatever the faults',
      ],
    },
    {
      says: 'Without it, the time of arrival counts.',
      tests: [STAMP],
    },
    {
      says: 'A stamp counts at most as five minutes after the arrival.',
      tests: [STAMP],
    },
    {
      says: 'All records of a file that is uploaded as a job have the same stamp, and of two lines with one id the later counts.',
      tests: [
        'all records of a job have one stamp: when its texts were accepted, or its file was counted',
        'records of a job are placed by their lines, whatever their positions on the stream',
      ],
    },
    {
      says: 'A version without a created_at keeps that of the record.',
      tests: [
        'Later versions keep the time of the first version, and without a time of their own also its time',
      ],
    },
    {
      says: 'The metric unchanged counts records that were accepted again with the same content, and not_newer those that came too late.',
      tests: [
        'A result says whether the row said the same before, and whether the row is newer',
        'a batch is counted in metrics, which are published once',
      ],
    },
    {
      says: 'The field language takes every usual form of a code, such as EN, en_US, zh-Hans-CN, es-419, eng and iw.',
      tests: [LANGUAGES],
    },
    {
      says: 'The result has the code of ISO 639 with two letters if there is one, and zh-TW for Chinese in traditional characters.',
      tests: [LANGUAGES],
    },
    {
      says: 'und, mul and zxx let AuraStream detect the language, like auto.',
      tests: [LANGUAGES],
    },
    {
      says: 'The API reads codes with the same function.',
      tests: ['the stream and the API read each language code alike'],
    },
    {
      says: 'A text in which a reader sees nothing is empty and is not billed: white space, zero-width and control characters, variation selectors, Hangul fillers, blank Braille.',
      tests: ['a text of nothing but %s is empty, and is not billed'],
    },
    {
      says: 'Letters of another form, such as 𝗯𝗼𝗹𝗱 and ｆｕｌｌ ｗｉｄｔｈ, count as the plain letters when the language is detected.',
      tests: ['detectLanguage finds %s in letters of another form'],
    },
    {
      says: 'The text that is analysed and stored is unchanged.',
      tests: ['the text %j has something to see, and is analysed as it is'],
    },
    {
      says: 'A text without a language is analysed in the detected language, or in analysis.default_language if the detector is not sure.',
      tests: [
        'a given language is used as it is; a detected or default language is marked as detected',
      ],
    },
    {
      says: 'Of 106 texts of one word, 85 get the right language, and 3 a wrong one.',
      tests: [SHORT],
    },
    {
      says: 'A word of several languages, such as "horrible", is analysed in the default language.',
      tests: ['a word of several languages does not decide, and is no word of any other language'],
    },
    {
      says: 'Of 90 texts of two to four words, 86 get the right language, and 1 a wrong one.',
      tests: [SHORT],
    },
    {
      says: 'A text of two languages gets the language of most of its words.',
      tests: [SHORT],
    },
    {
      says: 'Hindi, Arabic or Chinese in Latin letters, such as Hinglish or Arabizi, is not recognised.',
      tests: [SHORT],
    },
    {
      says: 'Of 25 texts in such and other romanised languages, 3 get the right language, 15 are analysed in the default language, and 7 get a wrong one.',
      tests: [SHORT],
    },
  ],
  explains: [
    'A record can come more than once: corrected, withdrawn, or sent again.',
    'The field stamp says when a record was accepted, in milliseconds since 1970.',
    "The detector's README has the figures; this is what to expect:",
    'Comprehend analyses a text in one language only.',
    'They are NEUTRAL more often than they should be, and some are taken for a language that Comprehend does not know.',
    'If you know the language, send it in language.',
    'A record is a JSON object with text, source and optional fields; the README shows one.',
    'Producers do not always send exactly that.',
    'This page says what AuraStream makes of what they do send.',
    'operations.md explains how to look at set-asides and how to put them back.',
    'A record can come wrapped in the message of another service.',
  ],
  skipped_sections: {},
};
