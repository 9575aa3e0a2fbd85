import type { Detector } from '../scan.ts';
import { address } from './address.ts';
import { bank_account, iban, swift_code } from './bank.ts';
import { age, birth_date } from './birth-and-age.ts';
import { card_cvv, card_expiry, card_number } from './card.ts';
import { documents } from './documents.ts';
import { email } from './email.ts';
import { name } from './name.ts';
import { national_ids } from './national-ids.ts';
import { ip_address, mac_address } from './network.ts';
import { obfuscated_email } from './obfuscated-email.ts';
import { passwords, pins } from './passwords.ts';
import { phone } from './phone.ts';
import { api_tokens, aws_keys } from './secrets.ts';
import { url } from './url.ts';
import { username } from './username.ts';
import { license_plate, vin } from './vehicle.ts';

/** All detectors of the local engine. The order has no meaning. */
export const DETECTORS: Detector[] = [
  email,
  obfuscated_email,
  url,
  ip_address,
  mac_address,
  phone,
  card_number,
  card_cvv,
  card_expiry,
  iban,
  swift_code,
  bank_account,
  national_ids,
  documents,
  vin,
  license_plate,
  birth_date,
  age,
  username,
  passwords,
  pins,
  aws_keys,
  api_tokens,
  name,
  address,
];
