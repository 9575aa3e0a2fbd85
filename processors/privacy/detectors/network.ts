import ipaddr from 'ipaddr.js';
import { isWordCharacter } from '../numbers.ts';
import { type Candidate, type Detector, type Scan, topicsBefore } from '../scan.ts';

const IPV4 = /(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w]|\.[0-9])/g;
const IPV6 = /(?<![\w:.])[0-9A-Fa-f:]{2,39}(?:[0-9.]{7,15})?(?![\w:])/g;
const MAC =
  /(?<![\w:.-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])|(?<![\w.])[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![\w.])/g;

/** Finds IP addresses of both versions. Four numbers after a word such as "version" are no address. */
export const ip_address: Detector = {
  name: 'ip_address',
  mayFind: ({ text, has_digit }) => has_digit && (text.includes('.') || text.includes(':')),
  *find(scan: Scan): Generator<Candidate> {
    for (const { index, 0: value } of scan.text.matchAll(IPV4)) {
      scan.checkTime();
      if (!ipaddr.IPv4.isValidFourPartDecimal(value) || isVersion(scan, index)) continue;
      yield { type: 'IP_ADDRESS', start: index, end: index + value.length, score: 0.97 };
    }
    for (const { index, 0: match } of scan.text.matchAll(IPV6)) {
      const value = match.replace(/[:.]$/, '');
      const is_address = countColons(value) > 1 && /[0-9A-Fa-f]{2}/.test(value);
      if (!is_address || !ipaddr.IPv6.isValid(value)) continue;
      yield { type: 'IP_ADDRESS', start: index, end: index + value.length, score: 0.97 };
    }
  },
};

function isVersion(scan: Scan, start: number): boolean {
  const topics = topicsBefore(scan, start, 12);
  return topics.has('version') || isWordCharacter(scan.text, start - 1);
}

function countColons(value: string): number {
  return value.split(':').length - 1;
}

export const mac_address: Detector = {
  name: 'mac_address',
  mayFind: ({ text }) => text.includes(':') || text.includes('-') || text.includes('.'),
  *find({ text }): Generator<Candidate> {
    for (const { index, 0: value } of text.matchAll(MAC)) {
      const is_dotted = value.includes('.');
      // Twelve decimal digits in groups of four may be any number.
      if (is_dotted && !/[A-Fa-f]/.test(value)) continue;
      yield { type: 'MAC_ADDRESS', start: index, end: index + value.length, score: 0.97 };
    }
  },
};
