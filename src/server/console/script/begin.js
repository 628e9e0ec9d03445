// Which page this is.

keepTheme();
document.body.classList.add('console');
(byId('runs') ? prepareMachine() : prepareExecution()).catch((error) => { byId('meta').textContent = shown(error.message); });
