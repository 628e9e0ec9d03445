# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_asl_global_optspecs
    string join \n color= q/quiet h/help V/version
end

function __fish_asl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_asl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_asl_using_subcommand
    set -l cmd (__fish_asl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c asl -n "__fish_asl_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_needs_command" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_needs_command" -s V -l version -d 'Print version'
complete -c asl -n "__fish_asl_needs_command" -f -a "validate" -d 'Find what AWS would refuse, and what would fail later'
complete -c asl -n "__fish_asl_needs_command" -f -a "run" -d 'Run a state machine here, with Tasks mocked or done by your own code'
complete -c asl -n "__fish_asl_needs_command" -f -a "test" -d 'Test state machines: cases with mocked Tasks, and what is expected of them'
complete -c asl -n "__fish_asl_needs_command" -f -a "graph" -d 'Draw a state machine'
complete -c asl -n "__fish_asl_needs_command" -f -a "history" -d 'Tell what happened in an execution, and why it failed'
complete -c asl -n "__fish_asl_needs_command" -f -a "serve" -d 'Serve the Step Functions API on this machine, for your programs, workers and tests'
complete -c asl -n "__fish_asl_needs_command" -f -a "lsp" -d 'Help an editor, by the Language Server Protocol on stdin and stdout'
complete -c asl -n "__fish_asl_needs_command" -f -a "explain" -d 'Print the page of a rule'
complete -c asl -n "__fish_asl_needs_command" -f -a "rules" -d 'List the rules'
complete -c asl -n "__fish_asl_needs_command" -f -a "schema" -d 'Print a JSON Schema, for editors'
complete -c asl -n "__fish_asl_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c asl -n "__fish_asl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c asl -n "__fish_asl_using_subcommand validate" -l stdin-filename -d 'What findings call the text that comes from stdin' -r
complete -c asl -n "__fish_asl_using_subcommand validate" -l format -d 'How to write the findings, and to which file instead of stdout: full unless the variable `ASL_FORMAT` says otherwise; may be given more than once' -r -f -a "full\t'The message, the source around it, what to do'
concise\t'One line for each finding'
json\t'One JSON document'
jsonl\t'One JSON object a line for each finding'
sarif\t'SARIF 2.1.0, for code scanning'
github\t'Workflow commands of GitHub Actions'
gitlab\t'A Code Quality report of GitLab'
junit\t'JUnit XML, as CI services show it'
rdjson\t'The Reviewdog Diagnostic Format'"
complete -c asl -n "__fish_asl_using_subcommand validate" -l max-diagnostics -d 'How many findings of a file `full` shows; 0 shows all' -r
complete -c asl -n "__fish_asl_using_subcommand validate" -l machine -d 'Of a template, judge only the state machine of this name' -r
complete -c asl -n "__fish_asl_using_subcommand validate" -l type -d 'The type of state machine the definitions are for: EXPRESS ones may do less' -r -f -a "standard\t''
express\t''"
complete -c asl -n "__fish_asl_using_subcommand validate" -s A -l allow -d 'Allow a rule or a category: no findings of it; of -A, -W and -D the last one wins' -r
complete -c asl -n "__fish_asl_using_subcommand validate" -s W -l warn -d 'Make a rule\'s or a category\'s findings warnings' -r
complete -c asl -n "__fish_asl_using_subcommand validate" -s D -l deny -d 'Make a rule\'s or a category\'s findings errors' -r
complete -c asl -n "__fish_asl_using_subcommand validate" -l fail-on -d 'The least severity that makes the exit code 1  [default: error]' -r -f -a "error\t''
warning\t''
note\t''"
complete -c asl -n "__fish_asl_using_subcommand validate" -l max-warnings -d 'More warnings than this make the exit code 1' -r
complete -c asl -n "__fish_asl_using_subcommand validate" -l config -d 'The configuration for all files, in place of the nearest asl.toml above each' -r -F
complete -c asl -n "__fish_asl_using_subcommand validate" -l baseline -d 'Report only what this file does not know yet' -r -F
complete -c asl -n "__fish_asl_using_subcommand validate" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_using_subcommand validate" -l statistics -d 'Count the findings of each rule'
complete -c asl -n "__fish_asl_using_subcommand validate" -l fix -d 'Mend what can be mended without changing what a valid machine does'
complete -c asl -n "__fish_asl_using_subcommand validate" -l unsafe-fixes -d 'With --fix or --diff: mend more, where a person should look at the change'
complete -c asl -n "__fish_asl_using_subcommand validate" -l diff -d 'Print what --fix would change as a patch and change nothing; exit with 1 if there is any'
complete -c asl -n "__fish_asl_using_subcommand validate" -l show-files -d 'List the files that would be judged, and stop'
complete -c asl -n "__fish_asl_using_subcommand validate" -s w -l watch -d 'Judge again whenever a file changes'
complete -c asl -n "__fish_asl_using_subcommand validate" -l isolated -d 'Look for no configuration'
complete -c asl -n "__fish_asl_using_subcommand validate" -l force-exclude -d 'Leave what is excluded alone also when it is named: by `exclude`, or by .aslignore'
complete -c asl -n "__fish_asl_using_subcommand validate" -l no-respect-gitignore -d 'Judge what .gitignore leaves out as well'
complete -c asl -n "__fish_asl_using_subcommand validate" -l write-baseline -d 'Write what is found now into the file of --baseline'
complete -c asl -n "__fish_asl_using_subcommand validate" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_using_subcommand validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_using_subcommand run" -l machine -d 'The state machine of this name, when the definition is in a template with several' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l replay -d 'Hold the definition against a recorded history, a log or get-execution-history\'s answer: Tasks do what they did then, and the first event that differs is shown' -r -F
complete -c asl -n "__fish_asl_using_subcommand run" -l redrive -d 'Go on with a recorded execution from the states that failed' -r -F
complete -c asl -n "__fish_asl_using_subcommand run" -l input -d 'The execution\'s input; - reads stdin  [default: {}]' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l input-file -d 'A file with the execution\'s input; - is stdin' -r -F
complete -c asl -n "__fish_asl_using_subcommand run" -l mock -d 'Answers for Tasks: AWS\'s MockConfigFile.json, or our own format, see asl schema mocks' -r -F
complete -c asl -n "__fish_asl_using_subcommand run" -l case -d 'The test case of a MockConfigFile.json' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l handlers -d 'A handlers file: commands, endpoints, functions, services of AWS, mocks for Tasks' -r -F
complete -c asl -n "__fish_asl_using_subcommand run" -l task -d 'One handler: a state or a glob over Resource, and cmd:COMMAND, http://…, mock:FILE, python:app.handler, node:index.handler, lambda:http://… or aws:[PROFILE|http://…]; comes before --mock, and --mock before --handlers' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l machine-map -d 'A machine that Tasks start by states:startExecution, run from its definition; comes before every handler' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l bucket -d 'A folder that stands for an S3 bucket: what a distributed Map reads and writes' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l callback-port -d 'Let activity workers and callbacks answer on this port of 127.0.0.1, as on AWS; 0 is any free one' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l lambda-endpoint -d 'A Lambda Invoke API, such as that of SAM local, for every Lambda function that nothing else is bound to' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l time -d 'real, skip (jumps over waits while no real handler is at work), or N× as fast' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l timeout -d 'Stop after this long, such as 30s' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l max-events -d 'Fail after this many events; 0 for no bound  [default: 25000 for standard]' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l log -d 'Write the event log; - writes it to stdout in place of the output; with --inputs it is a folder, for a log of each execution' -r -F
complete -c asl -n "__fish_asl_using_subcommand run" -l record -d 'Write what Tasks answer, as mocks for another run: into NAME.mocks.yaml in this folder, after the state machine\'s name' -r -F
complete -c asl -n "__fish_asl_using_subcommand run" -l progress -d 'What a person sees meanwhile' -r -f -a "auto\t'The running states on a terminal; a line for each state that ended where CI is set'
tree\t'The running states'
lines\t'A line for each state that ended'
none\t'Nothing'"
complete -c asl -n "__fish_asl_using_subcommand run" -l name -d 'The execution\'s name' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l type -d 'Standard or express' -r -f -a "standard\t''
express\t''"
complete -c asl -n "__fish_asl_using_subcommand run" -l account -d 'The account\'s number' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l region -d 'The region  [default: us-east-1, with --on `AWS_REGION` or the profile\'s]' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l seed -d 'What names and random numbers are derived from  [default: a new one]' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l start-time -d 'When the execution starts, such as 2026-01-31T08:30:00Z  [default: now]' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l state -d 'Run this state alone, at whatever depth it is, and answer as `aws stepfunctions test-state` does; a file with one state and no machine gets this name' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l variables -d 'The variables it begins with, an object' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l context -d 'The context object, instead of one made up; only with a mock' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l mock-result -d 'The raw result of its work, a Task\'s, a Map\'s or a Parallel\'s, as the service gives it' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l mock-error -d 'What its work fails with, also as {"error": …, "cause": …}' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l inspect -d 'How much of the data\'s way through the state the answer has  [default: info]' -r -f -a "info\t'The end only'
debug\t'Every step'
trace\t'As debug; on AWS with the request and response of an HTTP Task'"
complete -c asl -n "__fish_asl_using_subcommand run" -l retry-count -d 'How often the retrier that matches the error was used before' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l error-caused-by-state -d 'The state within a Map or Parallel that the mocked error comes from' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l map-failure-count -d 'How many iterations of a mocked Map failed' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l map-reader-data -d 'What the `ItemReader` of a mocked Map reads' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l from -d 'Start at a state with the input and the variables that it had in a recorded execution, such as run.jsonl:Ship; run.jsonl:Ship#2 is its second visit' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l execution -d 'The execution with this ARN or name, when the history is of CloudWatch and has several' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l inputs -d 'Run an execution for each line of a JSON Lines file; the results are JSON lines on stdout, in the order of the inputs; - is stdin' -r -F
complete -c asl -n "__fish_asl_using_subcommand run" -l jobs -d 'How many executions may run at once  [default: 8 for each core]' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l skip-done -d 'Leave out the inputs that succeeded according to these results, as this option\'s own run before wrote them' -r -F
complete -c asl -n "__fish_asl_using_subcommand run" -l on -d 'Run it there: on AWS Step Functions, or on anything that speaks its API, such as `asl serve`; the state machine is created or updated first' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l role -d 'The role of a state machine that is created there  [default: `ASL_ROLE_ARN`]' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l machine-name -d 'What the state machine is called there  [default: as its file or in its template]' -r
complete -c asl -n "__fish_asl_using_subcommand run" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_using_subcommand run" -l dry -d 'Show which handler each Task would use, and stop'
complete -c asl -n "__fish_asl_using_subcommand run" -s v -l verbose -d 'Show each state\'s input and output as it ends, and what handlers say on stderr, line by line, each behind its state\'s name'
complete -c asl -n "__fish_asl_using_subcommand run" -l keep-going -d 'Go on behind inputs whose execution fails'
complete -c asl -n "__fish_asl_using_subcommand run" -s w -l watch -d 'Run again whenever the definition, the input, the mocks or the handlers file changes'
complete -c asl -n "__fish_asl_using_subcommand run" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_using_subcommand test" -l filter -d 'Run only cases with this text in `SUITE::CASE`; with a * in it, those that match as a whole' -r
complete -c asl -n "__fish_asl_using_subcommand test" -s j -l jobs -d 'How many cases run at once  [default: one for each core]' -r
complete -c asl -n "__fish_asl_using_subcommand test" -l report -d 'Write the results for programs: junit=FILE or json=FILE' -r
complete -c asl -n "__fish_asl_using_subcommand test" -l coverage -d 'Tell which states, rules, catchers and retriers were gone through, or write that to a file' -r -F
complete -c asl -n "__fish_asl_using_subcommand test" -l fail-under -d 'Fail when less than this, in percent, was gone through' -r
complete -c asl -n "__fish_asl_using_subcommand test" -l init -d 'Print a suite for a definition, with a case for each way through it' -r -F
complete -c asl -n "__fish_asl_using_subcommand test" -l machine -d 'The state machine of this name, when --init is given a template with several' -r
complete -c asl -n "__fish_asl_using_subcommand test" -l on -d 'Run the cases there that mock nothing: on AWS Step Functions, or on anything that speaks its API, such as `asl serve`; state machines are created or updated first' -r
complete -c asl -n "__fish_asl_using_subcommand test" -l role -d 'The role of state machines that are created there  [default: `ASL_ROLE_ARN`]' -r
complete -c asl -n "__fish_asl_using_subcommand test" -l region -d 'The region there  [default: `AWS_REGION`, or the profile\'s]' -r
complete -c asl -n "__fish_asl_using_subcommand test" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_using_subcommand test" -s U -l update -d 'Write what executions put out into the suites that expect another output'
complete -c asl -n "__fish_asl_using_subcommand test" -s w -l watch -d 'Test again when a suite or a machine changes'
complete -c asl -n "__fish_asl_using_subcommand test" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_using_subcommand test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_using_subcommand graph" -l links -d 'Each state leads to its line, in dot, html, mermaid and svg: an address with {file} and {line} in it' -r
complete -c asl -n "__fish_asl_using_subcommand graph" -l machine -d 'The state machine of this name, when the template has several' -r
complete -c asl -n "__fish_asl_using_subcommand graph" -l run -d 'Paint an execution: a log of `asl run --log`, or the JSON of `aws stepfunctions get-execution-history`; given twice, where the two part' -r -F
complete -c asl -n "__fish_asl_using_subcommand graph" -l runs -d 'Paint numbers from every log in a folder: visits, failures, durations, busy ways' -r -F
complete -c asl -n "__fish_asl_using_subcommand graph" -l coverage -d 'Paint what tests went through: a file of `asl test --coverage=FILE`' -r -F
complete -c asl -n "__fish_asl_using_subcommand graph" -l palette -d 'The colours of what happened' -r -f -a "default\t'Told apart by people who see few colours'
aws\t'Those of the AWS console'"
complete -c asl -n "__fish_asl_using_subcommand graph" -l format -d 'How to draw  [default: by the ending of --output, else text on a terminal, dot in a pipe]' -r -f -a "dot\t'For Graphviz'
html\t'A page to look around in, in one file'
json\t'The states and transitions, for programs'
mermaid\t'For Mermaid, as in Markdown'
svg\t'A picture, for light and dark pages'
text\t'For a terminal: boxes and lines, an outline where they would be too wide'"
complete -c asl -n "__fish_asl_using_subcommand graph" -s o -l output -d 'Where to write it, instead of stdout' -r -F
complete -c asl -n "__fish_asl_using_subcommand graph" -l theme -d 'Colours for a light or a dark page' -r -f -a "auto\t'Readable on both'
light\t''
dark\t''"
complete -c asl -n "__fish_asl_using_subcommand graph" -l depth -d 'Draw this many levels of Map and Parallel open' -r
complete -c asl -n "__fish_asl_using_subcommand graph" -l labels -d 'What stands on the edges' -r -f -a "auto\t'A short comment, else the condition'
condition\t''
comment\t''
none\t''"
complete -c asl -n "__fish_asl_using_subcommand graph" -l direction -d 'Top to bottom, or left to right' -r -f -a "TB\t''
LR\t''"
complete -c asl -n "__fish_asl_using_subcommand graph" -l width -d 'How many columns --format text may take  [default: as many as the terminal has]' -r
complete -c asl -n "__fish_asl_using_subcommand graph" -l inject -d 'Draw the blocks of a Markdown file anew: each between the lines <!-- asl graph DEFINITION [OPTIONS] --> and <!-- /asl graph -->; with DEFINITION only its blocks' -r -F
complete -c asl -n "__fish_asl_using_subcommand graph" -l check -d 'Change nothing, but show what --inject would; exit 1 when it would something' -r -F
complete -c asl -n "__fish_asl_using_subcommand graph" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_using_subcommand graph" -l ascii -d 'Draw --format text in ASCII alone; without it where the locale is no UTF-8 one'
complete -c asl -n "__fish_asl_using_subcommand graph" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_using_subcommand graph" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_using_subcommand history" -l definition -d 'The definition, for conditions and source lines, and for Tasks that were not called; a log of ours brings its own' -r -F
complete -c asl -n "__fish_asl_using_subcommand history" -l map -d 'The items of a Map: those with errors, with --all all of them, with --failed those that failed' -r
complete -c asl -n "__fish_asl_using_subcommand history" -l state -d 'Each visit of one state: its tries, its input and output, its errors' -r
complete -c asl -n "__fish_asl_using_subcommand history" -l fold -d 'Count what succeeded instead of showing it' -r -f -a "ok\t'What succeeded'"
complete -c asl -n "__fish_asl_using_subcommand history" -l depth -d 'Show this many levels of Map and Parallel' -r
complete -c asl -n "__fish_asl_using_subcommand history" -l execution -d 'The execution with this ARN or name, when the log is of CloudWatch and has several' -r
complete -c asl -n "__fish_asl_using_subcommand history" -l format -d 'How to write it: json has the tree as one document, with --events each event in a line [default: by the ending of --output, else text]' -r -f -a "text\t'For people in a terminal'
html\t'A page to look around in, in one file'
json\t'For programs'"
complete -c asl -n "__fish_asl_using_subcommand history" -s o -l output -d 'Where to write the page, instead of stdout' -r -F
complete -c asl -n "__fish_asl_using_subcommand history" -l on -d 'Read the execution with this ARN there: from AWS Step Functions, or from anything that speaks its API, such as `asl serve`' -r
complete -c asl -n "__fish_asl_using_subcommand history" -l region -d 'The region there  [default: the one in the ARN]' -r
complete -c asl -n "__fish_asl_using_subcommand history" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_using_subcommand history" -l failed -d 'The failure only'
complete -c asl -n "__fish_asl_using_subcommand history" -l mocks -d 'What the Tasks answered, as a mocks file for asl run --mock'
complete -c asl -n "__fish_asl_using_subcommand history" -l timeline -d 'When each state was at work'
complete -c asl -n "__fish_asl_using_subcommand history" -l events -d 'The events, a line each; with --state those of one state'
complete -c asl -n "__fish_asl_using_subcommand history" -l all -d 'Every item, not only those with errors; in the tree every visit of a state, which takes memory as the history is long'
complete -c asl -n "__fish_asl_using_subcommand history" -l io -d 'The tree with what went into each state and what came out, as far as a few lines hold it'
complete -c asl -n "__fish_asl_using_subcommand history" -s f -l follow -d 'Go on reading as the log grows, until the execution ends; waits for a log that is not there yet'
complete -c asl -n "__fish_asl_using_subcommand history" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_using_subcommand serve" -l port -d 'The port; 0 is any free one' -r
complete -c asl -n "__fish_asl_using_subcommand serve" -l bind -d 'The address to listen on: with another than this machine\'s own, the network can call' -r
complete -c asl -n "__fish_asl_using_subcommand serve" -l allow-host -d 'One more name of this machine by which browsers may call, beside localhost, its own and its addresses in numbers' -r
complete -c asl -n "__fish_asl_using_subcommand serve" -l db -d 'Where machines and executions are kept; :memory: forgets them at the end' -r -F
complete -c asl -n "__fish_asl_using_subcommand serve" -l keep -d 'Forget executions this many days after their end' -r
complete -c asl -n "__fish_asl_using_subcommand serve" -l handlers -d 'A handlers file: commands, endpoints, functions, services of AWS, mocks for Tasks' -r -F
complete -c asl -n "__fish_asl_using_subcommand serve" -l task -d 'One handler: a state or a glob over Resource, and cmd:COMMAND, http://…, mock:FILE, python:app.handler, node:index.handler, lambda:http://… or aws:[PROFILE|http://…]' -r
complete -c asl -n "__fish_asl_using_subcommand serve" -l mock -d 'AWS\'s MockConfigFile.json: a machine\'s ARN with #CASE behind it starts an execution whose Tasks are answered from there' -r -F
complete -c asl -n "__fish_asl_using_subcommand serve" -l lambda-endpoint -d 'A Lambda Invoke API, such as that of SAM local, for every Lambda function that nothing else is bound to' -r
complete -c asl -n "__fish_asl_using_subcommand serve" -l time -d 'real, skip (jumps over waits while no real handler is at work), or N× as fast' -r
complete -c asl -n "__fish_asl_using_subcommand serve" -l account -d 'The account\'s number' -r
complete -c asl -n "__fish_asl_using_subcommand serve" -l region -d 'The region' -r
complete -c asl -n "__fish_asl_using_subcommand serve" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_using_subcommand serve" -s v -l verbose -d 'Tell of every request in a line on stderr'
complete -c asl -n "__fish_asl_using_subcommand serve" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_using_subcommand lsp" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_using_subcommand lsp" -l stdio -d 'Talk on stdin and stdout, as always: some clients say so'
complete -c asl -n "__fish_asl_using_subcommand lsp" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_using_subcommand lsp" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_using_subcommand explain" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_using_subcommand explain" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_using_subcommand rules" -l format -d 'How to write the list' -r -f -a "text\t''
json\t''"
complete -c asl -n "__fish_asl_using_subcommand rules" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_using_subcommand rules" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_using_subcommand rules" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_using_subcommand schema" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_using_subcommand schema" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_using_subcommand completions" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected'
always\t''
never\t''"
complete -c asl -n "__fish_asl_using_subcommand completions" -s q -l quiet -d 'Say nothing but errors'
complete -c asl -n "__fish_asl_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "validate" -d 'Find what AWS would refuse, and what would fail later'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "run" -d 'Run a state machine here, with Tasks mocked or done by your own code'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "test" -d 'Test state machines: cases with mocked Tasks, and what is expected of them'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "graph" -d 'Draw a state machine'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "history" -d 'Tell what happened in an execution, and why it failed'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "serve" -d 'Serve the Step Functions API on this machine, for your programs, workers and tests'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "lsp" -d 'Help an editor, by the Language Server Protocol on stdin and stdout'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "explain" -d 'Print the page of a rule'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "rules" -d 'List the rules'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "schema" -d 'Print a JSON Schema, for editors'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "completions" -d 'Print the completion script for a shell'
complete -c asl -n "__fish_asl_using_subcommand help; and not __fish_seen_subcommand_from validate run test graph history serve lsp explain rules schema completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
