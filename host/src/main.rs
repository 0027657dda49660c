//! The `onedoor` command: reads the command line and calls the library. Decides nothing itself.

use anyhow::Context as _;
use clap::Parser as _;
use onedoor::{
    app::App,
    background, command,
    config::{
        AuditCommand, Cli, Command, Config, ExportCommand, FiguresCommand, ImportCommand,
        PluginCommand, UserCommand,
    },
    demo,
    identity::{directory, operations, recovery},
    metrics,
    page::Paging,
    plugins::{check, compile_child, revisions},
    remote, serve, telemetry, web,
};
use std::{collections::BTreeSet, io::Write as _, process::ExitCode};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    // Before there is a thread: it bounds what this process may use.
    if let Command::CompilePlugin {
        component,
        artefact,
    } = &cli.command
    {
        return Ok(compile_child(component, artefact));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    if let Command::CheckPlugin { component, json } = &cli.command {
        return Ok(runtime.block_on(check::run(component, *json)));
    }
    let ended = runtime.block_on(run(cli.command));
    telemetry::end();
    ended
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout();
    let fine = match command {
        Command::Simulate(config) => {
            telemetry::start(&config.log, None)?;
            command::simulate::simulate(&config, &mut out).await?
        }
        Command::Audit {
            command:
                AuditCommand::Verify {
                    checkpoints,
                    config,
                },
        } => command::audit::verify(&config, checkpoints.as_deref(), &mut out).await?,
        Command::Figures {
            command: FiguresCommand::Recount(config),
        } => command::figures::recount(&config, &mut out).await?,
        other => {
            work(other).await?;
            true
        }
    };
    Ok(if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn work(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(config) => {
            let app = open(config).await?;
            first_administrator(&app).await?;
            listen(app).await
        }
        Command::Demo(config) => {
            let (plugins, month) = (config.plugins.clone(), config.month);
            let app = open(config.config()).await?;
            let accounts = demo::prepare(&app).await?;
            if month {
                demo::month(&app).await?;
            }
            if let Some(folder) = plugins {
                demo::install(&app, &folder).await?;
            }
            writeln!(std::io::stdout(), "{accounts}")?;
            listen(app).await
        }
        Command::Migrate(config) => {
            let app = open(config).await?;
            app.close().await;
            writeln!(std::io::stdout(), "The database is at this version.")?;
            Ok(())
        }
        Command::User { command } => user(command).await,
        Command::Plugin { command } => {
            let mut out = std::io::stdout();
            match command {
                PluginCommand::List(at) => remote::list(&at, &mut out).await,
                PluginCommand::Upload { file, remote: at } => {
                    remote::upload(&at, &file, &mut out).await
                }
            }
        }
        Command::Import { command } => {
            let mut out = std::io::stdout();
            match command {
                ImportCommand::Divisions {
                    files,
                    complete,
                    to,
                } => command::import::divisions(&files, complete, &to, &mut out).await,
                ImportCommand::ServicePoints { points, to } => {
                    command::import::service_points(&points, &to, &mut out).await
                }
                ImportCommand::People { list, config } => {
                    command::import::people(&list, config, &mut out).await
                }
                ImportCommand::DutyList {
                    file,
                    district,
                    from,
                    name,
                    check,
                    to,
                } => {
                    let list = command::duty::List {
                        file: &file,
                        district: district.as_deref(),
                        from: from.as_deref(),
                        name: name.as_deref(),
                        check,
                    };
                    command::duty::import(&list, &to, &mut out).await
                }
                ImportCommand::Calendar { file, to } => {
                    command::duty::calendar(&file, &to, &mut out).await
                }
                ImportCommand::Cells {
                    file,
                    datum,
                    from,
                    to,
                } => {
                    let survey = (datum.as_deref(), from.as_deref());
                    command::import::cells(&file, survey, &to, &mut out).await
                }
            }
        }
        Command::Export {
            command: ExportCommand::DutyList { file, name, from },
        } => command::duty::export(&file, &name, &from, &mut std::io::stdout()).await,
        Command::Backup { file, config } => {
            command::backup::backup(&file, &config, &mut std::io::stdout()).await
        }
        Command::Restore { archive, data, key } => {
            command::backup::restore(&archive, &data, &key, &mut std::io::stdout())
        }
        // Answered before.
        Command::Audit { .. }
        | Command::Simulate(_)
        | Command::Figures { .. }
        | Command::CompilePlugin { .. }
        | Command::CheckPlugin { .. } => Ok(()),
    }
}

/// A folder that has no account gets its first; the password is shown here and nowhere else.
async fn first_administrator(app: &App) -> anyhow::Result<()> {
    let cx = app.domain.system("first-run");
    if let Some(password) = operations::first_administrator(&app.domain, &cx).await? {
        let mut out = std::io::stdout();
        writeln!(out, "The first administrator signs in as: admin")?;
        writeln!(out, "with this password, shown only once:  {password}")?;
    }
    Ok(())
}

async fn user(command: UserCommand) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    match command {
        UserCommand::List(config) => {
            let app = open(config).await?;
            let cx = app.domain.system("command");
            let mut paging = Paging::default();
            loop {
                let page = directory::people(&app.domain, &cx, &paging).await?;
                for it in page.items {
                    let login = it.login.as_deref().unwrap_or("-");
                    let roles: BTreeSet<_> = it.posts.iter().map(|it| it.role.name()).collect();
                    let roles = Vec::from_iter(roles).join(", ");
                    writeln!(out, "{login}\t{}\t{roles}", it.name)?;
                }
                match page.next {
                    Some(next) => paging.cursor = Some(next),
                    None => break,
                }
            }
            app.close().await;
        }
        UserCommand::Reset { login, config } => {
            let app = open(config).await?;
            let cx = app.domain.system("command");
            let reset = recovery::reset_password(&app.domain, &cx, &login).await;
            app.close().await;
            writeln!(out, "{login} signs in once with:  {}", reset?)?;
        }
    }
    Ok(())
}

async fn open(config: Config) -> anyhow::Result<App> {
    telemetry::start(&config.log, config.otlp.as_ref())?;
    Ok(App::open(config).await?)
}

async fn listen(app: App) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(app.config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", app.config.listen))?;
    if let Some(address) = app.config.metrics_listen {
        let measurements = tokio::net::TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}"))?;
        metrics::start(&app, measurements);
    }
    serve::stop_on_signal(&app)?;
    revisions::start(&app).await?;
    background::start(&app);
    writeln!(std::io::stdout(), "OneDoor 一门: {}", app.config.origin())?;
    let router = web::router(app.clone());
    Ok(serve::serve(app, router, listener).await?)
}
