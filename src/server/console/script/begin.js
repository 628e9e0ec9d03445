// Which page this is.

keepTheme();
prepareNotices();
document.body.classList.add('console');
(byId('runs') ? prepareMachine() : prepareExecution()).catch((error) => { if (!(error instanceof Unanswered)) byId('meta').textContent = shown(error.message); });
