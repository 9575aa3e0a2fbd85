/** Facts about a file's columns that proposals need. */
export interface SampledColumn {
  name: string;
  /** Values of the column in the first rows, without empty ones. */
  values: unknown[];
  /** Number of rows of the sample that have a value. */
  filled: number;
}

/** The parts of a record for which a column is proposed. */
export type Role = 'text' | 'id' | 'time' | 'language' | 'rating';

/** Names that columns usually have, in the order of preference, in lower case without signs. */
const USUAL_NAMES: Record<Role, readonly string[]> = {
  text: [
    ...[
      'text',
      'reviewtext',
      'reviewcontent',
      'reviewbody',
      'fulltext',
      'tweettext',
      'commenttext',
    ],
    ...[
      'commentbody',
      'plainbody',
      'selftext',
      'body',
      'review',
      'content',
      'comment',
      'comments',
      'message',
      'tweet',
    ],
    ...[
      'description',
      'feedback',
      'verbatim',
      'opinion',
      'answer',
      'response',
      'note',
      'notes',
      'post',
    ],
    ...[
      '评论',
      '评论内容',
      '评价',
      '评价内容',
      '内容',
      '留言',
      'レビュー',
      'コメント',
      '本文',
      '리뷰',
      '댓글',
      '내용',
    ],
    ...[
      'kommentar',
      'bewertung',
      'bewertungstext',
      'rezension',
      'nachricht',
      'meinung',
      'texto',
      'comentario',
    ],
    ...[
      'opinión',
      'reseña',
      'mensaje',
      'commentaire',
      'avis',
      'texte',
      'message',
      'testo',
      'recensione',
      'commento',
    ],
    ...[
      'avaliação',
      'comentário',
      'отзыв',
      'текст',
      'комментарий',
      'recenzja',
      'yorum',
      'beoordeling',
      'opmerking',
    ],
  ],
  id: [
    ...[
      'recordid',
      'reviewid',
      'tweetid',
      'commentid',
      'messageid',
      'postid',
      'ticketid',
      'idstr',
      'id',
      'uuid',
    ],
    ...['guid', 'key', 'reference', 'nr', 'no', 'number', 'nummer', '编号', '番号'],
  ],
  time: [
    ...[
      'createdat',
      'createdutc',
      'createddate',
      'creationdate',
      'datecreated',
      'created',
      'publishedat',
      'publisheddate',
    ],
    ...[
      'submittedat',
      'submissiondate',
      'reviewsubmitdateandtime',
      'reviewcreatedutc',
      'reviewcreated',
      'reviewdate',
      'reviewtime',
      'unixreviewtime',
    ],
    ...[
      'timestamp',
      'datetime',
      'date',
      'time',
      'at',
      'posted',
      'postedat',
      'received',
      'receivedat',
      'datum',
    ],
    ...['erstellt', 'fecha', 'data', '时间', '日期', '评论时间', '日時', '日付', '날짜', 'дата'],
  ],
  language: [
    'language',
    'languagecode',
    'lang',
    'locale',
    'reviewerlanguage',
    'reviewlanguage',
    'sprache',
    '语言',
  ],
  rating: [
    ...[
      'stars',
      'rating',
      'starrating',
      'score',
      'reviewstars',
      'reviewrating',
      'overall',
      'sterne',
      '评分',
      '星级',
    ],
    ...['puntuación', 'note', 'valoración', 'оценка', 'satisfactionrating'],
  ],
};

/** Removes case, spaces and signs from a name. */
function simplifyName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** Returns the preference of a name for a role. A lower number is better. Undefined if unusual. */
export function rankName(role: Role, name: string): number | undefined {
  const names = USUAL_NAMES[role];
  const whole = names.indexOf(simplifyName(name));
  if (whole !== -1) return whole;
  const last = names.indexOf(simplifyName(name.split('.').at(-1) ?? ''));
  return last === -1 ? undefined : last + 0.5;
}

/** True if a column of this name may be part of a header. */
export function isUsualName(name: string): boolean {
  return (Object.keys(USUAL_NAMES) as Role[]).some((role) => rankName(role, name) !== undefined);
}
