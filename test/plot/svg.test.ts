import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentId, decimal, element, escapeText, group } from '../../src/plot/svg.ts'

test('text cannot become markup, in content or in attributes', () => {
  const hostile = `</text><script>alert("x" + 'y')</script>&amp;`
  const { markup } = element('text', { 'data-name': hostile }, hostile)
  const escaped = '&#60;/text&#62;&#60;script&#62;alert(&#34;x&#34; + &#39;y&#39;)&#60;/script&#62;&#38;amp;'
  assert.equal(markup, `<text data-name="${escaped}">${escaped}</text>`)
})

test('characters that XML cannot hold are shown as replaced, all others are kept', () => {
  const impossible = ['\0', '\u0008', '\u000B', '\u001F', '\uDFFF', '\uD800', '\uFFFE', '\uFFFF']
  assert.equal(escapeText(impossible.join('')), '\uFFFD'.repeat(impossible.length))
  const possible = '\t\n\r é \u007F\u0085 雪 👩‍🚒 \uFFFD \u{10FFFF}'
  assert.equal(escapeText(possible), possible)
})

test('markup inside an element stays markup, false and undefined leave nothing', () => {
  const inner = element('b', { x: 1, y: undefined }, 'one')
  assert.equal(
    element('g', {}, inner, false, undefined, ' & two').markup,
    '<g><b x="1">one</b> &#38; two</g>',
  )
  assert.equal(group(inner, inner).markup, '<b x="1">one</b><b x="1">one</b>')
  assert.equal(element('g', {}).markup, '<g/>')
})

test('coordinates have two decimals at most and no negative zero', () => {
  assert.deepEqual([1 / 3, 12, -0.001, 0.005, 99.999].map(decimal), ['0.33', '12', '0', '0.01', '100'])
})

test('an id is a valid name, equal for equal content and different for different content', () => {
  assert.match(contentId({ a: 1 }), /^k2-[0-9a-f]{10}$/)
  assert.equal(contentId({ a: [1, 'x'] }), contentId({ a: [1, 'x'] }))
  assert.notEqual(contentId({ a: [1, 'x'] }), contentId({ a: [1, 'y'] }))
})
