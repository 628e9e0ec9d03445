
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'asl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'asl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'asl' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Find what AWS would refuse, and what would fail later')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a state machine here, with Tasks mocked or done by your own code')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Test state machines: cases with mocked Tasks, and what is expected of them')
            [CompletionResult]::new('graph', 'graph', [CompletionResultType]::ParameterValue, 'Draw a state machine')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Tell what happened in an execution, and why it failed')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the Step Functions API on this machine, for your programs, workers and tests')
            [CompletionResult]::new('lsp', 'lsp', [CompletionResultType]::ParameterValue, 'Help an editor, by the Language Server Protocol on stdin and stdout')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Print the page of a rule')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'List the rules')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print a JSON Schema, for editors')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'asl;validate' {
            [CompletionResult]::new('--stdin-filename', '--stdin-filename', [CompletionResultType]::ParameterName, 'What findings call the text that comes from stdin')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write the findings, and to which file instead of stdout: full unless the variable `ASL_FORMAT` says otherwise; may be given more than once')
            [CompletionResult]::new('--max-diagnostics', '--max-diagnostics', [CompletionResultType]::ParameterName, 'How many findings of a file `full` shows; 0 shows all')
            [CompletionResult]::new('--machine', '--machine', [CompletionResultType]::ParameterName, 'Of a template, judge only the state machine of this name')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'The type of state machine the definitions are for: EXPRESS ones may do less')
            [CompletionResult]::new('-A', '-A ', [CompletionResultType]::ParameterName, 'Allow a rule or a category: no findings of it; of -A, -W and -D the last one wins')
            [CompletionResult]::new('--allow', '--allow', [CompletionResultType]::ParameterName, 'Allow a rule or a category: no findings of it; of -A, -W and -D the last one wins')
            [CompletionResult]::new('-W', '-W ', [CompletionResultType]::ParameterName, 'Make a rule''s or a category''s findings warnings')
            [CompletionResult]::new('--warn', '--warn', [CompletionResultType]::ParameterName, 'Make a rule''s or a category''s findings warnings')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Make a rule''s or a category''s findings errors')
            [CompletionResult]::new('--deny', '--deny', [CompletionResultType]::ParameterName, 'Make a rule''s or a category''s findings errors')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'The least severity that makes the exit code 1  [default: error]')
            [CompletionResult]::new('--max-warnings', '--max-warnings', [CompletionResultType]::ParameterName, 'More warnings than this make the exit code 1')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration for all files, in place of the nearest asl.toml above each')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Report only what this file does not know yet')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--statistics', '--statistics', [CompletionResultType]::ParameterName, 'Count the findings of each rule')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Mend what can be mended without changing what a valid machine does')
            [CompletionResult]::new('--unsafe-fixes', '--unsafe-fixes', [CompletionResultType]::ParameterName, 'With --fix or --diff: mend more, where a person should look at the change')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'Print what --fix would change as a patch and change nothing; exit with 1 if there is any')
            [CompletionResult]::new('--show-files', '--show-files', [CompletionResultType]::ParameterName, 'List the files that would be judged, and stop')
            [CompletionResult]::new('-w', '-w', [CompletionResultType]::ParameterName, 'Judge again whenever a file changes')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Judge again whenever a file changes')
            [CompletionResult]::new('--isolated', '--isolated', [CompletionResultType]::ParameterName, 'Look for no configuration')
            [CompletionResult]::new('--force-exclude', '--force-exclude', [CompletionResultType]::ParameterName, 'Leave what is excluded alone also when it is named: by `exclude`, or by .aslignore')
            [CompletionResult]::new('--no-respect-gitignore', '--no-respect-gitignore', [CompletionResultType]::ParameterName, 'Judge what .gitignore leaves out as well')
            [CompletionResult]::new('--write-baseline', '--write-baseline', [CompletionResultType]::ParameterName, 'Write what is found now into the file of --baseline')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'asl;run' {
            [CompletionResult]::new('--machine', '--machine', [CompletionResultType]::ParameterName, 'The state machine of this name, when the definition is in a template with several')
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Hold the definition against a recorded history, a log or get-execution-history''s answer: Tasks do what they did then, and the first event that differs is shown')
            [CompletionResult]::new('--redrive', '--redrive', [CompletionResultType]::ParameterName, 'Go on with a recorded execution from the states that failed')
            [CompletionResult]::new('--input', '--input', [CompletionResultType]::ParameterName, 'The execution''s input; - reads stdin  [default: {}]')
            [CompletionResult]::new('--input-file', '--input-file', [CompletionResultType]::ParameterName, 'A file with the execution''s input; - is stdin')
            [CompletionResult]::new('--mock', '--mock', [CompletionResultType]::ParameterName, 'Answers for Tasks: AWS''s MockConfigFile.json, or our own format, see asl schema mocks')
            [CompletionResult]::new('--case', '--case', [CompletionResultType]::ParameterName, 'The test case of a MockConfigFile.json')
            [CompletionResult]::new('--handlers', '--handlers', [CompletionResultType]::ParameterName, 'A handlers file: commands, endpoints, functions, services of AWS, mocks for Tasks')
            [CompletionResult]::new('--task', '--task', [CompletionResultType]::ParameterName, 'One handler: a state or a glob over Resource, and cmd:COMMAND, http://…, mock:FILE, python:app.handler, node:index.handler, lambda:http://… or aws:[PROFILE|http://…]; comes before --mock, and --mock before --handlers')
            [CompletionResult]::new('--machine-map', '--machine-map', [CompletionResultType]::ParameterName, 'A machine that Tasks start by states:startExecution, run from its definition; comes before every handler')
            [CompletionResult]::new('--bucket', '--bucket', [CompletionResultType]::ParameterName, 'A folder that stands for an S3 bucket: what a distributed Map reads and writes')
            [CompletionResult]::new('--callback-port', '--callback-port', [CompletionResultType]::ParameterName, 'Let activity workers and callbacks answer on this port of 127.0.0.1, as on AWS; 0 is any free one')
            [CompletionResult]::new('--lambda-endpoint', '--lambda-endpoint', [CompletionResultType]::ParameterName, 'A Lambda Invoke API, such as that of SAM local, for every Lambda function that nothing else is bound to')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'real, skip (jumps over waits while no real handler is at work), or N× as fast')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop after this long, such as 30s')
            [CompletionResult]::new('--max-events', '--max-events', [CompletionResultType]::ParameterName, 'Fail after this many events; 0 for no bound  [default: 25000 for standard]')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write the event log; - writes it to stdout in place of the output; with --inputs it is a folder, for a log of each execution')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Write what Tasks answer, as mocks for another run: into NAME.mocks.yaml in this folder, after the state machine''s name')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'What a person sees meanwhile')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The execution''s name')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Standard or express')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account''s number')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The region  [default: us-east-1, with --on `AWS_REGION` or the profile''s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'What names and random numbers are derived from  [default: a new one]')
            [CompletionResult]::new('--start-time', '--start-time', [CompletionResultType]::ParameterName, 'When the execution starts, such as 2026-01-31T08:30:00Z  [default: now]')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Run this state alone, at whatever depth it is, and answer as `aws stepfunctions test-state` does; a file with one state and no machine gets this name')
            [CompletionResult]::new('--variables', '--variables', [CompletionResultType]::ParameterName, 'The variables it begins with, an object')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context object, instead of one made up; only with a mock')
            [CompletionResult]::new('--mock-result', '--mock-result', [CompletionResultType]::ParameterName, 'The raw result of its work, a Task''s, a Map''s or a Parallel''s, as the service gives it')
            [CompletionResult]::new('--mock-error', '--mock-error', [CompletionResultType]::ParameterName, 'What its work fails with, also as {"error": …, "cause": …}')
            [CompletionResult]::new('--inspect', '--inspect', [CompletionResultType]::ParameterName, 'How much of the data''s way through the state the answer has  [default: info]')
            [CompletionResult]::new('--retry-count', '--retry-count', [CompletionResultType]::ParameterName, 'How often the retrier that matches the error was used before')
            [CompletionResult]::new('--error-caused-by-state', '--error-caused-by-state', [CompletionResultType]::ParameterName, 'The state within a Map or Parallel that the mocked error comes from')
            [CompletionResult]::new('--map-failure-count', '--map-failure-count', [CompletionResultType]::ParameterName, 'How many iterations of a mocked Map failed')
            [CompletionResult]::new('--map-reader-data', '--map-reader-data', [CompletionResultType]::ParameterName, 'What the `ItemReader` of a mocked Map reads')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Start at a state with the input and the variables that it had in a recorded execution, such as run.jsonl:Ship; run.jsonl:Ship#2 is its second visit')
            [CompletionResult]::new('--execution', '--execution', [CompletionResultType]::ParameterName, 'The execution with this ARN or name, when the history is of CloudWatch and has several')
            [CompletionResult]::new('--inputs', '--inputs', [CompletionResultType]::ParameterName, 'Run an execution for each line of a JSON Lines file; the results are JSON lines on stdout, in the order of the inputs; - is stdin')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many executions may run at once  [default: 8 for each core]')
            [CompletionResult]::new('--skip-done', '--skip-done', [CompletionResultType]::ParameterName, 'Leave out the inputs that succeeded according to these results, as this option''s own run before wrote them')
            [CompletionResult]::new('--on', '--on', [CompletionResultType]::ParameterName, 'Run it there: on AWS Step Functions, or on anything that speaks its API, such as `asl serve`; the state machine is created or updated first')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'The role of a state machine that is created there  [default: `ASL_ROLE_ARN`]')
            [CompletionResult]::new('--machine-name', '--machine-name', [CompletionResultType]::ParameterName, 'What the state machine is called there  [default: as its file or in its template]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--dry', '--dry', [CompletionResultType]::ParameterName, 'Show which handler each Task would use, and stop')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each state''s input and output as it ends, and what handlers say on stderr, line by line, each behind its state''s name')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each state''s input and output as it ends, and what handlers say on stderr, line by line, each behind its state''s name')
            [CompletionResult]::new('--keep-going', '--keep-going', [CompletionResultType]::ParameterName, 'Go on behind inputs whose execution fails')
            [CompletionResult]::new('-w', '-w', [CompletionResultType]::ParameterName, 'Run again whenever the definition, the input, the mocks or the handlers file changes')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Run again whenever the definition, the input, the mocks or the handlers file changes')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'asl;test' {
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'Run only cases with this text in `SUITE::CASE`; with a * in it, those that match as a whole')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'How many cases run at once  [default: one for each core]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many cases run at once  [default: one for each core]')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write the results for programs: junit=FILE or json=FILE')
            [CompletionResult]::new('--coverage', '--coverage', [CompletionResultType]::ParameterName, 'Tell which states, rules, catchers and retriers were gone through, or write that to a file')
            [CompletionResult]::new('--fail-under', '--fail-under', [CompletionResultType]::ParameterName, 'Fail when less than this, in percent, was gone through')
            [CompletionResult]::new('--init', '--init', [CompletionResultType]::ParameterName, 'Print a suite for a definition, with a case for each way through it')
            [CompletionResult]::new('--machine', '--machine', [CompletionResultType]::ParameterName, 'The state machine of this name, when --init is given a template with several')
            [CompletionResult]::new('--on', '--on', [CompletionResultType]::ParameterName, 'Run the cases there that mock nothing: on AWS Step Functions, or on anything that speaks its API, such as `asl serve`; state machines are created or updated first')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'The role of state machines that are created there  [default: `ASL_ROLE_ARN`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The region there  [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-U', '-U ', [CompletionResultType]::ParameterName, 'Write what executions put out into the suites that expect another output')
            [CompletionResult]::new('--update', '--update', [CompletionResultType]::ParameterName, 'Write what executions put out into the suites that expect another output')
            [CompletionResult]::new('-w', '-w', [CompletionResultType]::ParameterName, 'Test again when a suite or a machine changes')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Test again when a suite or a machine changes')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'asl;graph' {
            [CompletionResult]::new('--links', '--links', [CompletionResultType]::ParameterName, 'Each state leads to its line, in dot, html, mermaid and svg: an address with {file} and {line} in it')
            [CompletionResult]::new('--machine', '--machine', [CompletionResultType]::ParameterName, 'The state machine of this name, when the template has several')
            [CompletionResult]::new('--run', '--run', [CompletionResultType]::ParameterName, 'Paint an execution: a log of `asl run --log`, or the JSON of `aws stepfunctions get-execution-history`; given twice, where the two part')
            [CompletionResult]::new('--runs', '--runs', [CompletionResultType]::ParameterName, 'Paint numbers from every log in a folder: visits, failures, durations, busy ways')
            [CompletionResult]::new('--coverage', '--coverage', [CompletionResultType]::ParameterName, 'Paint what tests went through: a file of `asl test --coverage=FILE`')
            [CompletionResult]::new('--palette', '--palette', [CompletionResultType]::ParameterName, 'The colours of what happened')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to draw  [default: by the ending of --output, else text on a terminal, dot in a pipe]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Where to write it, instead of stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where to write it, instead of stdout')
            [CompletionResult]::new('--theme', '--theme', [CompletionResultType]::ParameterName, 'Colours for a light or a dark page')
            [CompletionResult]::new('--depth', '--depth', [CompletionResultType]::ParameterName, 'Draw this many levels of Map and Parallel open')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'What stands on the edges')
            [CompletionResult]::new('--direction', '--direction', [CompletionResultType]::ParameterName, 'Top to bottom, or left to right')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'How many columns --format text may take  [default: as many as the terminal has]')
            [CompletionResult]::new('--inject', '--inject', [CompletionResultType]::ParameterName, 'Draw the blocks of a Markdown file anew: each between the lines <!-- asl graph DEFINITION [OPTIONS] --> and <!-- /asl graph -->; with DEFINITION only its blocks')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Change nothing, but show what --inject would; exit 1 when it would something')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw --format text in ASCII alone; without it where the locale is no UTF-8 one')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'asl;history' {
            [CompletionResult]::new('--definition', '--definition', [CompletionResultType]::ParameterName, 'The definition, for conditions and source lines, and for Tasks that were not called; a log of ours brings its own')
            [CompletionResult]::new('--map', '--map', [CompletionResultType]::ParameterName, 'The items of a Map: those with errors, with --all all of them, with --failed those that failed')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Each visit of one state: its tries, its input and output, its errors')
            [CompletionResult]::new('--fold', '--fold', [CompletionResultType]::ParameterName, 'Count what succeeded instead of showing it')
            [CompletionResult]::new('--depth', '--depth', [CompletionResultType]::ParameterName, 'Show this many levels of Map and Parallel')
            [CompletionResult]::new('--execution', '--execution', [CompletionResultType]::ParameterName, 'The execution with this ARN or name, when the log is of CloudWatch and has several')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write it: json has the tree as one document, with --events each event in a line [default: by the ending of --output, else text]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Where to write the page, instead of stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where to write the page, instead of stdout')
            [CompletionResult]::new('--on', '--on', [CompletionResultType]::ParameterName, 'Read the execution with this ARN there: from AWS Step Functions, or from anything that speaks its API, such as `asl serve`')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The region there  [default: the one in the ARN]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--failed', '--failed', [CompletionResultType]::ParameterName, 'The failure only')
            [CompletionResult]::new('--mocks', '--mocks', [CompletionResultType]::ParameterName, 'What the Tasks answered, as a mocks file for asl run --mock')
            [CompletionResult]::new('--timeline', '--timeline', [CompletionResultType]::ParameterName, 'When each state was at work')
            [CompletionResult]::new('--events', '--events', [CompletionResultType]::ParameterName, 'The events, a line each; with --state those of one state')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every item, not only those with errors; in the tree every visit of a state, which takes memory as the history is long')
            [CompletionResult]::new('--io', '--io', [CompletionResultType]::ParameterName, 'The tree with what went into each state and what came out, as far as a few lines hold it')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on reading as the log grows, until the execution ends; waits for a log that is not there yet')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on reading as the log grows, until the execution ends; waits for a log that is not there yet')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'asl;serve' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port; 0 is any free one')
            [CompletionResult]::new('--bind', '--bind', [CompletionResultType]::ParameterName, 'The address to listen on: with another than this machine''s own, the network can call')
            [CompletionResult]::new('--allow-host', '--allow-host', [CompletionResultType]::ParameterName, 'One more name of this machine by which browsers may call, beside localhost, its own and its addresses in numbers')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Where machines and executions are kept; :memory: forgets them at the end')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Forget executions this many days after their end')
            [CompletionResult]::new('--handlers', '--handlers', [CompletionResultType]::ParameterName, 'A handlers file: commands, endpoints, functions, services of AWS, mocks for Tasks')
            [CompletionResult]::new('--task', '--task', [CompletionResultType]::ParameterName, 'One handler: a state or a glob over Resource, and cmd:COMMAND, http://…, mock:FILE, python:app.handler, node:index.handler, lambda:http://… or aws:[PROFILE|http://…]')
            [CompletionResult]::new('--mock', '--mock', [CompletionResultType]::ParameterName, 'AWS''s MockConfigFile.json: a machine''s ARN with #CASE behind it starts an execution whose Tasks are answered from there')
            [CompletionResult]::new('--lambda-endpoint', '--lambda-endpoint', [CompletionResultType]::ParameterName, 'A Lambda Invoke API, such as that of SAM local, for every Lambda function that nothing else is bound to')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'real, skip (jumps over waits while no real handler is at work), or N× as fast')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account''s number')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The region')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell of every request in a line on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell of every request in a line on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'asl;lsp' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--stdio', '--stdio', [CompletionResultType]::ParameterName, 'Talk on stdin and stdout, as always: some clients say so')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'asl;explain' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'asl;rules' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write the list')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'asl;schema' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'asl;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'asl;help' {
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Find what AWS would refuse, and what would fail later')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a state machine here, with Tasks mocked or done by your own code')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Test state machines: cases with mocked Tasks, and what is expected of them')
            [CompletionResult]::new('graph', 'graph', [CompletionResultType]::ParameterValue, 'Draw a state machine')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Tell what happened in an execution, and why it failed')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the Step Functions API on this machine, for your programs, workers and tests')
            [CompletionResult]::new('lsp', 'lsp', [CompletionResultType]::ParameterValue, 'Help an editor, by the Language Server Protocol on stdin and stdout')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Print the page of a rule')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'List the rules')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print a JSON Schema, for editors')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'asl;help;validate' {
            break
        }
        'asl;help;run' {
            break
        }
        'asl;help;test' {
            break
        }
        'asl;help;graph' {
            break
        }
        'asl;help;history' {
            break
        }
        'asl;help;serve' {
            break
        }
        'asl;help;lsp' {
            break
        }
        'asl;help;explain' {
            break
        }
        'asl;help;rules' {
            break
        }
        'asl;help;schema' {
            break
        }
        'asl;help;completions' {
            break
        }
        'asl;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
