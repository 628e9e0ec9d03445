// Lists of any length.

const ROW = 30;
// Events are told in two lines where there is no room for one.
const TALL = 48;
const narrow = matchMedia('(max-width: 700px)');
const lists = {};

// A list of which only the rows in sight are made.
class List {
  constructor(name, {draw, open, isPicked}) {
    Object.assign(this, {name, draw, open, isPicked, rows: [], active: -1, limit: 0});
    this.box = byId(`view-${name}`).querySelector('.list');
    this.inner = this.box.querySelector('.rows');
    this.box.addEventListener('scroll', () => this.render());
    this.box.addEventListener('keydown', (event) => this.key(event));
    this.box.addEventListener('click', (event) => {
      const row = event.target.closest('.row');
      if (row && this.inner.contains(row)) this.choose(Number(row.dataset.at));
    });
    new ResizeObserver(() => this.render()).observe(this.box);
    narrow.addEventListener('change', () => this.measure());
    lists[name] = this;
  }

  get step() {
    return this.name === 'events' && narrow.matches ? TALL : ROW;
  }

  measure() {
    this.inner.style.height = this.limit ? 'auto' : `${this.rows.length * this.step}px`;
    this.render();
  }

  set(rows) {
    this.rows = rows;
    this.active = Math.min(this.active, rows.length - 1);
    this.box.setAttribute('aria-rowcount', rows.length);
    this.measure();
  }

  // All rows when they are printed, as far as anybody reads them on paper.
  render() {
    const height = this.box.clientHeight;
    if (!height && !this.limit) return;
    const first = this.limit ? 0 : Math.max(Math.floor(this.box.scrollTop / this.step) - 8, 0);
    const last = Math.min(this.limit || first + Math.ceil(height / this.step) + 16, this.rows.length);
    const made = [];
    for (let at = first; at < last; at++) {
      const row = this.draw(this.rows[at]);
      row.classList.add('row');
      if (at === this.active) row.classList.add('active');
      if (this.isPicked(this.rows[at])) row.classList.add('picked');
      row.id = `${this.name}-${at}`;
      row.dataset.at = at;
      row.setAttribute('role', 'row');
      row.setAttribute('aria-rowindex', at + 1);
      row.setAttribute('aria-selected', row.classList.contains('picked'));
      for (const cell of row.children) cell.setAttribute('role', 'gridcell');
      if (!this.limit) row.style.top = `${at * this.step}px`;
      made.push(row);
    }
    this.inner.replaceChildren(...made);
    if (this.active >= first && this.active < last) this.box.setAttribute('aria-activedescendant', `${this.name}-${this.active}`);
    else this.box.removeAttribute('aria-activedescendant');
  }

  choose(at) {
    this.active = at;
    this.open(this.rows[at], at);
    this.render();
  }

  show(at) {
    if (at < 0) return;
    this.active = at;
    const [top, room] = [at * this.step, this.box.clientHeight - ROW];
    if (top < this.box.scrollTop || top + this.step > this.box.scrollTop + room) this.box.scrollTop = Math.max(top - room / 2, 0);
    this.render();
  }

  key(event) {
    const page = Math.max(Math.floor(this.box.clientHeight / this.step) - 2, 1);
    const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity};
    if (event.key in steps && this.rows.length) {
      this.show(Math.min(Math.max(this.active + steps[event.key], 0), this.rows.length - 1));
    } else if (event.key === 'Enter' && this.rows[this.active]) this.choose(this.active);
    else return;
    event.preventDefault();
  }
}

const cell = (name, ...children) => el('span', {class: `cell ${name}`}, ...children);
