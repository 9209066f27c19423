// What is broken on purpose before anything is believed: each change must be found by its check.
// `plant` runs in the page; `check` is a check of axe.mjs, or what a page is heard to do.

export const breakings = [
  {
    what: 'a picture without a text',
    check: 'axe',
    plant: () => document.querySelector('.home img').removeAttribute('alt'),
  },
  {
    what: 'words too pale to read',
    check: 'axe',
    plant: () => { document.querySelector('.lead').style.color = '#bbb'; },
  },
  {
    what: 'a field without a label',
    check: 'axe',
    plant: () => document.querySelector('main').append(document.createElement('input')),
  },
  {
    what: 'a link that nobody can name',
    check: 'axe',
    plant: () => { document.querySelector('main a').textContent = ''; },
  },
  {
    what: 'a line wider than a phone',
    check: 'tooWide',
    plant: () => { document.querySelector('main').style.minWidth = '40rem'; },
  },
  {
    what: 'a button too low to hit',
    check: 'smallTargets',
    plant: () => { document.querySelector('.button').style.minHeight = '1rem'; document.querySelector('.button').style.padding = '0'; },
  },
  {
    what: 'a style in the page',
    check: 'noScript',
    plant: () => document.body.setAttribute('style', 'margin: 0'),
  },
  {
    what: 'a link before the skip link',
    check: 'skipLinkFirst',
    plant: () => document.body.prepend(Object.assign(document.createElement('a'), { href: '/', textContent: 'First' })),
  },
  {
    what: 'a skip link that leads nowhere',
    check: 'skipLinkFirst',
    plant: () => document.querySelector('main').removeAttribute('id'),
  },
  {
    what: 'a complaint on the console',
    check: 'complaints',
    plant: () => { setTimeout(() => { throw new Error('planted'); }); },
  },
  {
    what: 'a picture from another host',
    check: 'elsewhere',
    plant: () => { new Image().src = 'http://127.0.0.1:9/pixel.png'; },
  },
];
