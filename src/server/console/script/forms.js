// Forms in dialogs: to start, to stop, to redrive, to answer.

let fieldCount = 0;

function field(title, control, ...more) {
  control.id ||= `field-${fieldCount++}`;
  return el('div', {class: 'field'}, el('label', {for: control.id}, title), control, ...more);
}

const textField = (title, props) => field(title, el('input', {type: 'text', autocomplete: 'off', spellcheck: 'false', ...props}));

// A text area that says while one types whether it holds JSON.
function jsonField(title, text) {
  const told = el('p', {class: 'check', role: 'status', id: `field-${fieldCount++}`});
  const area = el('textarea', {rows: 9, autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', 'aria-describedby': told.id});
  area.value = text;
  const check = () => {
    let wrong;
    try {
      JSON.parse(area.value);
    } catch (error) {
      wrong = error.message;
    }
    area.setAttribute('aria-invalid', wrong !== undefined);
    told.textContent = shown(wrong === undefined ? '✔ JSON' : `✖ ${wrong}`);
  };
  area.addEventListener('input', check);
  check();
  return field(title, area, told);
}

const valueOf = (field) => field.querySelector('input, textarea').value;

// A dialog with fields, and buttons that do something with them: [title, what, properties].
// It closes when that went well, unless what it did answers with something to show.
function ask(title, about, fields, buttons) {
  const problem = el('p', {class: 'problem', role: 'alert', hidden: true});
  const cancel = button('Cancel', () => box.close());
  const result = el('div', {class: 'result', role: 'status'});
  const titled = el('h2', {id: `field-${fieldCount++}`}, title);
  const box = el('dialog', {class: 'form', 'aria-labelledby': titled.id});
  const act = async (work, plain) => {
    const wrong = !plain && form.querySelector('[aria-invalid=true]:not(:disabled)');
    if (wrong) {
      wrong.focus();
      return;
    }
    problem.hidden = true;
    for (const each of made) each.disabled = true;
    try {
      const told = await work();
      if (told instanceof Node) {
        result.replaceChildren(told);
        cancel.textContent = 'Close';
      } else box.close();
    } catch (error) {
      problem.textContent = shown(error.message);
      problem.hidden = false;
    }
    for (const each of made) each.disabled = false;
  };
  const made = buttons.map(([name, work, {plain, ...props} = {}]) => button(name, () => act(work, plain), props));
  // The last one is what the form is for.
  const first = () => made.at(-1)?.click();
  const form = el('form', {onsubmit: (event) => {
    event.preventDefault();
    first();
  }}, titled, about && el('p', {class: 'dim'}, about), fields, problem, result,
  el('div', {class: 'buttons'}, cancel, made));
  box.append(form);
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    first();
  });
  box.addEventListener('close', () => box.remove());
  document.body.append(box);
  box.showModal();
  box.querySelector('textarea, input')?.focus();
  return box;
}

// What an Express execution came to: it is not kept.
function synchronous(told) {
  const status = statusOf(told.status);
  return el('div', {}, el('p', {class: `outcome ${status}`}, sign(status), WORDS[status][1]),
    told.error && el('div', {class: 'error'}, el('strong', {}, told.error), told.cause && jsonOrText(told.cause)),
    told.output !== undefined && part('Output', told.output));
}

function startForm(machine, input) {
  const isExpress = machine.type === 'EXPRESS';
  const text = jsonField('Input', input);
  const name = textField('Name (optional)', {maxlength: 80});
  ask('Start an execution', isExpress ? 'Express executions are not kept: what it comes to is shown here.' : undefined, [text, name], [
    ['Start', async () => {
      const members = {stateMachineArn: machine.stateMachineArn, input: valueOf(text)};
      if (valueOf(name)) members.name = valueOf(name);
      if (isExpress) return synchronous(await call('StartSyncExecution', members));
      location.assign(toExecution((await call('StartExecution', members)).executionArn));
    }, {class: 'primary'}],
  ]);
}

// Success with an output, or failure with an error and a cause.
function answerForm(name, taskToken, input) {
  const output = jsonField('Output', '{}');
  const error = textField('Error', {maxlength: 256}), cause = textField('Cause', {maxlength: 32768});
  const choice = (value, title) => el('label', {}, el('input', {type: 'radio', name: 'answer', value, checked: value === 'success', onchange: show}), title);
  const failed = () => box.querySelector('[value=failure]').checked;
  function show() {
    output.hidden = failed();
    error.hidden = cause.hidden = !failed();
    // What is not asked for cannot be wrong.
    output.querySelector('textarea').disabled = failed();
  }
  const box = ask(`Answer ${name}`, undefined, [
    input === undefined ? [] : part('Input', input, {open: false}),
    el('fieldset', {class: 'choice'}, el('legend', {class: 'unseen'}, 'How it went'), choice('success', 'Success'), choice('failure', 'Failure')),
    output, error, cause,
  ].flat(), [
    ['Heartbeat', async () => {
      await call('SendTaskHeartbeat', {taskToken});
      return el('p', {}, 'The heartbeat has come.');
    }, {plain: true}],
    ['Send', () => failed() ? call('SendTaskFailure', {taskToken, error: valueOf(error) || undefined, cause: valueOf(cause) || undefined})
      : call('SendTaskSuccess', {taskToken, output: valueOf(output)}), {class: 'primary'}],
  ]);
  show();
  output.querySelector('textarea').focus();
}
