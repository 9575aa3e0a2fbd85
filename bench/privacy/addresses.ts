import type { Faker } from '@faker-js/faker';

/** Writes for the languages in which faker has only a part of an address. */
const WRITERS: Record<string, (faker: Faker) => string> = {
  de: (faker) =>
    `${faker.location.streetAddress()}, ${faker.location.zipCode('#####')} ${faker.location.city()}`,
  en: (faker) =>
    faker.datatype.boolean()
      ? faker.location.streetAddress()
      : `${faker.location.streetAddress()}, ${faker.location.city()}, ${faker.location.state({ abbreviated: true })} ${faker.location.zipCode('#####')}`,
  pt: (faker) => `${faker.location.street()}, ${faker.number.int({ min: 1, max: 3000 })}`,
  ja: (faker) =>
    `${pick(faker, ['東京都', '大阪府', '神奈川県', '北海道'])}${pick(faker, ['渋谷区', '横浜市中区', '札幌市', '豊中市'])}${pick(faker, ['神南', '本町', '元町', '桜ヶ丘'])}${pick(faker, ['1-2-3', '3丁目5番2号', '12-4', '2丁目7-1'])}`,
  ko: (faker) =>
    `${pick(faker, ['서울특별시 강남구', '부산광역시 해운대구', '경기도 성남시 분당구', '대전 유성구'])} ${pick(faker, ['테헤란로', '중앙로', '판교역로', '대학로12번길'])} ${faker.number.int({ min: 1, max: 400 })}`,
  zh: (faker) =>
    `${pick(faker, ['北京市朝阳区', '上海市浦东新区', '广东省深圳市南山区', '杭州市'])}${pick(faker, ['建国路', '世纪大道', '科技园路', '文三路'])}${faker.number.int({ min: 1, max: 999 })}号${pick(faker, ['', '3栋502室', '12楼'])}`,
  'zh-TW': (faker) =>
    `${pick(faker, ['台北市信義區', '新北市板橋區', '高雄市三民區', '台中市'])}${pick(faker, ['忠孝東路五段', '文化路一段', '建國路', '民生路'])}${faker.number.int({ min: 1, max: 400 })}號${pick(faker, ['', '3樓', '12樓之1'])}`,
};

export function createAddress(faker: Faker, language: string): string {
  return WRITERS[language]?.(faker) ?? faker.location.streetAddress();
}

function pick(faker: Faker, items: string[]): string {
  return faker.helpers.arrayElement(items);
}
