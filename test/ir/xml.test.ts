import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseXml } from '../../src/ir/xml.ts'

test('elements, attributes, text and the five entities are read', () => {
  const top = parseXml(
    '<?xml version="1.0"?>\n<a b="1 &lt; 2" c.d="&amp;&quot;&apos;&gt;"><e/>\n<f>  7</f ><e x="" />\n</a>\n',
  )
  assert.equal(top.name, 'a')
  assert.deepEqual(
    [...top.attributes],
    [
      ['b', '1 < 2'],
      ['c.d', '&"\'>'],
    ],
  )
  assert.deepEqual(
    top.children.map(({ name, text }) => [name, text]),
    [
      ['e', ''],
      ['f', '  7'],
      ['e', ''],
    ],
  )
})

test('anything else is refused', () => {
  for (const [source, message] of [
    ['', /expected one element/],
    ['<a/><b/>', /expected one element/],
    ['<a>', /expected one element/],
    ['<a></b>', /expected <\/a> near character 3, but found <\/b>/],
    ['</a>', /expected <\/> near character 0/],
    ['<a/>x', /cannot read on at character 4 of 5/],
    ['<a><!-- --></a>', /cannot read on at character 3/],
    ['<a><![CDATA[x]]></a>', /cannot read on at character 3/],
    ['<!DOCTYPE a><a/>', /cannot read on at character 0/],
    ["<a b='1'/>", /cannot read on/],
    ['<a b=1/>', /cannot read on/],
    ['<a b="1" b="2"/>', /the attribute b is there twice/],
    ['<a b="&x;"/>', /unknown entity &x;/],
    ['<a b="&#65;"/>', /unknown entity/],
    ['<a b="x & y"/>', /unknown entity/],
    ['<a>'.repeat(40), /more than 32 elements inside one another/],
  ] as const)
    assert.throws(() => parseXml(source), { name: 'SyntaxError', message }, source)
})
