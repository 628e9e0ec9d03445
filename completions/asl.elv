
use builtin;
use str;

set edit:completion:arg-completer[asl] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'asl'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'asl'= {
            cand --color 'When to use colours'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand validate 'Find what AWS would refuse, and what would fail later'
            cand run 'Run a state machine here, with Tasks mocked or done by your own code'
            cand test 'Test state machines: cases with mocked Tasks, and what is expected of them'
            cand graph 'Draw a state machine'
            cand history 'Tell what happened in an execution, and why it failed'
            cand serve 'Serve the Step Functions API on this machine, for your programs, workers and tests'
            cand lsp 'Help an editor, by the Language Server Protocol on stdin and stdout'
            cand explain 'Print the page of a rule'
            cand rules 'List the rules'
            cand schema 'Print a JSON Schema, for editors'
            cand completions 'Print the completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'asl;validate'= {
            cand --stdin-filename 'What findings call the text that comes from stdin'
            cand --format 'How to write the findings, and to which file instead of stdout: full unless the variable `ASL_FORMAT` says otherwise; may be given more than once'
            cand --max-diagnostics 'How many findings of a file `full` shows; 0 shows all'
            cand --machine 'Of a template, judge only the state machine of this name'
            cand --type 'The type of state machine the definitions are for: EXPRESS ones may do less'
            cand -A 'Allow a rule or a category: no findings of it; of -A, -W and -D the last one wins'
            cand --allow 'Allow a rule or a category: no findings of it; of -A, -W and -D the last one wins'
            cand -W 'Make a rule''s or a category''s findings warnings'
            cand --warn 'Make a rule''s or a category''s findings warnings'
            cand -D 'Make a rule''s or a category''s findings errors'
            cand --deny 'Make a rule''s or a category''s findings errors'
            cand --fail-on 'The least severity that makes the exit code 1  [default: error]'
            cand --max-warnings 'More warnings than this make the exit code 1'
            cand --config 'The configuration for all files, in place of the nearest asl.toml above each'
            cand --baseline 'Report only what this file does not know yet'
            cand --color 'When to use colours'
            cand --statistics 'Count the findings of each rule'
            cand --fix 'Mend what can be mended without changing what a valid machine does'
            cand --unsafe-fixes 'With --fix or --diff: mend more, where a person should look at the change'
            cand --diff 'Print what --fix would change as a patch and change nothing; exit with 1 if there is any'
            cand --show-files 'List the files that would be judged, and stop'
            cand -w 'Judge again whenever a file changes'
            cand --watch 'Judge again whenever a file changes'
            cand --isolated 'Look for no configuration'
            cand --force-exclude 'Leave what is excluded alone also when it is named: by `exclude`, or by .aslignore'
            cand --no-respect-gitignore 'Judge what .gitignore leaves out as well'
            cand --write-baseline 'Write what is found now into the file of --baseline'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'asl;run'= {
            cand --machine 'The state machine of this name, when the definition is in a template with several'
            cand --replay 'Hold the definition against a recorded history, a log or get-execution-history''s answer: Tasks do what they did then, and the first event that differs is shown'
            cand --redrive 'Go on with a recorded execution from the states that failed'
            cand --input 'The execution''s input; - reads stdin  [default: {}]'
            cand --input-file 'A file with the execution''s input; - is stdin'
            cand --mock 'Answers for Tasks: AWS''s MockConfigFile.json, or our own format, see asl schema mocks'
            cand --case 'The test case of a MockConfigFile.json'
            cand --handlers 'A handlers file: commands, endpoints, functions, services of AWS, mocks for Tasks'
            cand --task 'One handler: a state or a glob over Resource, and cmd:COMMAND, http://…, mock:FILE, python:app.handler, node:index.handler, lambda:http://… or aws:[PROFILE|http://…]; comes before --mock, and --mock before --handlers'
            cand --machine-map 'A machine that Tasks start by states:startExecution, run from its definition; comes before every handler'
            cand --bucket 'A folder that stands for an S3 bucket: what a distributed Map reads and writes'
            cand --callback-port 'Let activity workers and callbacks answer on this port of 127.0.0.1, as on AWS; 0 is any free one'
            cand --lambda-endpoint 'A Lambda Invoke API, such as that of SAM local, for every Lambda function that nothing else is bound to'
            cand --time 'real, skip (jumps over waits while no real handler is at work), or N× as fast'
            cand --timeout 'Stop after this long, such as 30s'
            cand --max-events 'Fail after this many events; 0 for no bound  [default: 25000 for standard]'
            cand --log 'Write the event log; - writes it to stdout in place of the output; with --inputs it is a folder, for a log of each execution'
            cand --record 'Write what Tasks answer, as mocks for another run: into NAME.mocks.yaml in this folder, after the state machine''s name'
            cand --progress 'What a person sees meanwhile'
            cand --name 'The execution''s name'
            cand --type 'Standard or express'
            cand --account 'The account''s number'
            cand --region 'The region  [default: us-east-1, with --on `AWS_REGION` or the profile''s]'
            cand --seed 'What names and random numbers are derived from  [default: a new one]'
            cand --start-time 'When the execution starts, such as 2026-01-31T08:30:00Z  [default: now]'
            cand --state 'Run this state alone, at whatever depth it is, and answer as `aws stepfunctions test-state` does; a file with one state and no machine gets this name'
            cand --variables 'The variables it begins with, an object'
            cand --context 'The context object, instead of one made up; only with a mock'
            cand --mock-result 'The raw result of its work, a Task''s, a Map''s or a Parallel''s, as the service gives it'
            cand --mock-error 'What its work fails with, also as {"error": …, "cause": …}'
            cand --inspect 'How much of the data''s way through the state the answer has  [default: info]'
            cand --retry-count 'How often the retrier that matches the error was used before'
            cand --error-caused-by-state 'The state within a Map or Parallel that the mocked error comes from'
            cand --map-failure-count 'How many iterations of a mocked Map failed'
            cand --map-reader-data 'What the `ItemReader` of a mocked Map reads'
            cand --from 'Start at a state with the input and the variables that it had in a recorded execution, such as run.jsonl:Ship; run.jsonl:Ship#2 is its second visit'
            cand --execution 'The execution with this ARN or name, when the history is of CloudWatch and has several'
            cand --inputs 'Run an execution for each line of a JSON Lines file; the results are JSON lines on stdout, in the order of the inputs; - is stdin'
            cand --jobs 'How many executions may run at once  [default: 8 for each core]'
            cand --skip-done 'Leave out the inputs that succeeded according to these results, as this option''s own run before wrote them'
            cand --on 'Run it there: on AWS Step Functions, or on anything that speaks its API, such as `asl serve`; the state machine is created or updated first'
            cand --role 'The role of a state machine that is created there  [default: `ASL_ROLE_ARN`]'
            cand --machine-name 'What the state machine is called there  [default: as its file or in its template]'
            cand --color 'When to use colours'
            cand --dry 'Show which handler each Task would use, and stop'
            cand -v 'Show each state''s input and output as it ends, and what handlers say on stderr, line by line, each behind its state''s name'
            cand --verbose 'Show each state''s input and output as it ends, and what handlers say on stderr, line by line, each behind its state''s name'
            cand --keep-going 'Go on behind inputs whose execution fails'
            cand -w 'Run again whenever the definition, the input, the mocks or the handlers file changes'
            cand --watch 'Run again whenever the definition, the input, the mocks or the handlers file changes'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'asl;test'= {
            cand --filter 'Run only cases with this text in `SUITE::CASE`; with a * in it, those that match as a whole'
            cand -j 'How many cases run at once  [default: one for each core]'
            cand --jobs 'How many cases run at once  [default: one for each core]'
            cand --report 'Write the results for programs: junit=FILE or json=FILE'
            cand --coverage 'Tell which states, rules, catchers and retriers were gone through, or write that to a file'
            cand --fail-under 'Fail when less than this, in percent, was gone through'
            cand --init 'Print a suite for a definition, with a case for each way through it'
            cand --machine 'The state machine of this name, when --init is given a template with several'
            cand --on 'Run the cases there that mock nothing: on AWS Step Functions, or on anything that speaks its API, such as `asl serve`; state machines are created or updated first'
            cand --role 'The role of state machines that are created there  [default: `ASL_ROLE_ARN`]'
            cand --region 'The region there  [default: `AWS_REGION`, or the profile''s]'
            cand --color 'When to use colours'
            cand -U 'Write what executions put out into the suites that expect another output'
            cand --update 'Write what executions put out into the suites that expect another output'
            cand -w 'Test again when a suite or a machine changes'
            cand --watch 'Test again when a suite or a machine changes'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'asl;graph'= {
            cand --links 'Each state leads to its line, in dot, html, mermaid and svg: an address with {file} and {line} in it'
            cand --machine 'The state machine of this name, when the template has several'
            cand --run 'Paint an execution: a log of `asl run --log`, or the JSON of `aws stepfunctions get-execution-history`; given twice, where the two part'
            cand --runs 'Paint numbers from every log in a folder: visits, failures, durations, busy ways'
            cand --coverage 'Paint what tests went through: a file of `asl test --coverage=FILE`'
            cand --palette 'The colours of what happened'
            cand --format 'How to draw  [default: by the ending of --output, else text on a terminal, dot in a pipe]'
            cand -o 'Where to write it, instead of stdout'
            cand --output 'Where to write it, instead of stdout'
            cand --theme 'Colours for a light or a dark page'
            cand --depth 'Draw this many levels of Map and Parallel open'
            cand --labels 'What stands on the edges'
            cand --direction 'Top to bottom, or left to right'
            cand --width 'How many columns --format text may take  [default: as many as the terminal has]'
            cand --inject 'Draw the blocks of a Markdown file anew: each between the lines <!-- asl graph DEFINITION [OPTIONS] --> and <!-- /asl graph -->; with DEFINITION only its blocks'
            cand --check 'Change nothing, but show what --inject would; exit 1 when it would something'
            cand --color 'When to use colours'
            cand --ascii 'Draw --format text in ASCII alone; without it where the locale is no UTF-8 one'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'asl;history'= {
            cand --definition 'The definition, for conditions and source lines, and for Tasks that were not called; a log of ours brings its own'
            cand --map 'The items of a Map: those with errors, with --all all of them, with --failed those that failed'
            cand --state 'Each visit of one state: its tries, its input and output, its errors'
            cand --fold 'Count what succeeded instead of showing it'
            cand --depth 'Show this many levels of Map and Parallel'
            cand --execution 'The execution with this ARN or name, when the log is of CloudWatch and has several'
            cand --format 'How to write it: json has the tree as one document, with --events each event in a line [default: by the ending of --output, else text]'
            cand -o 'Where to write the page, instead of stdout'
            cand --output 'Where to write the page, instead of stdout'
            cand --on 'Read the execution with this ARN there: from AWS Step Functions, or from anything that speaks its API, such as `asl serve`'
            cand --region 'The region there  [default: the one in the ARN]'
            cand --color 'When to use colours'
            cand --failed 'The failure only'
            cand --mocks 'What the Tasks answered, as a mocks file for asl run --mock'
            cand --timeline 'When each state was at work'
            cand --events 'The events, a line each; with --state those of one state'
            cand --all 'Every item, not only those with errors; in the tree every visit of a state, which takes memory as the history is long'
            cand --io 'The tree with what went into each state and what came out, as far as a few lines hold it'
            cand -f 'Go on reading as the log grows, until the execution ends; waits for a log that is not there yet'
            cand --follow 'Go on reading as the log grows, until the execution ends; waits for a log that is not there yet'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'asl;serve'= {
            cand --port 'The port; 0 is any free one'
            cand --bind 'The address to listen on: with another than this machine''s own, the network can call'
            cand --allow-host 'One more name of this machine by which browsers may call, beside localhost, its own and its addresses in numbers'
            cand --db 'Where machines and executions are kept; :memory: forgets them at the end'
            cand --keep 'Forget executions this many days after their end'
            cand --handlers 'A handlers file: commands, endpoints, functions, services of AWS, mocks for Tasks'
            cand --task 'One handler: a state or a glob over Resource, and cmd:COMMAND, http://…, mock:FILE, python:app.handler, node:index.handler, lambda:http://… or aws:[PROFILE|http://…]'
            cand --mock 'AWS''s MockConfigFile.json: a machine''s ARN with #CASE behind it starts an execution whose Tasks are answered from there'
            cand --lambda-endpoint 'A Lambda Invoke API, such as that of SAM local, for every Lambda function that nothing else is bound to'
            cand --time 'real, skip (jumps over waits while no real handler is at work), or N× as fast'
            cand --account 'The account''s number'
            cand --region 'The region'
            cand --color 'When to use colours'
            cand -v 'Tell of every request in a line on stderr'
            cand --verbose 'Tell of every request in a line on stderr'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'asl;lsp'= {
            cand --color 'When to use colours'
            cand --stdio 'Talk on stdin and stdout, as always: some clients say so'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'asl;explain'= {
            cand --color 'When to use colours'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'asl;rules'= {
            cand --format 'How to write the list'
            cand --color 'When to use colours'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'asl;schema'= {
            cand --color 'When to use colours'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'asl;completions'= {
            cand --color 'When to use colours'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'asl;help'= {
            cand validate 'Find what AWS would refuse, and what would fail later'
            cand run 'Run a state machine here, with Tasks mocked or done by your own code'
            cand test 'Test state machines: cases with mocked Tasks, and what is expected of them'
            cand graph 'Draw a state machine'
            cand history 'Tell what happened in an execution, and why it failed'
            cand serve 'Serve the Step Functions API on this machine, for your programs, workers and tests'
            cand lsp 'Help an editor, by the Language Server Protocol on stdin and stdout'
            cand explain 'Print the page of a rule'
            cand rules 'List the rules'
            cand schema 'Print a JSON Schema, for editors'
            cand completions 'Print the completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'asl;help;validate'= {
        }
        &'asl;help;run'= {
        }
        &'asl;help;test'= {
        }
        &'asl;help;graph'= {
        }
        &'asl;help;history'= {
        }
        &'asl;help;serve'= {
        }
        &'asl;help;lsp'= {
        }
        &'asl;help;explain'= {
        }
        &'asl;help;rules'= {
        }
        &'asl;help;schema'= {
        }
        &'asl;help;completions'= {
        }
        &'asl;help;help'= {
        }
    ]
    $completions[$command]
}
