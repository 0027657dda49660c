//! One small form for each thing that somebody may do to a case now, with just the fields that it
//! needs. What may be done, and what it needs, comes from `cases::views::choices`.

use maud::{Markup, html};

use super::tables::class_name;
use crate::{
    app::App,
    cases::{
        duty::Field,
        model::{Action, Case, Procedure, Urgency},
        operations::WORDS,
        views::{Choice, Need, URGENCIES},
    },
    context::Context,
    db::cases::Suggestion,
    web::{
        forms::read::Entered,
        i18n::Words,
        pages::{
            my_data::service_name,
            parts::{Faults, described, error_message},
        },
    },
};

/// The actions of a reporter; they stand on the reporter's own page of the case.
pub const REPORTERS: [Action; 5] = [
    Action::Supply,
    Action::Rate,
    Action::Withdraw,
    Action::Appeal,
    Action::Sign,
];

/// What the forms of one page know.
pub struct Forms<'a> {
    /// The host.
    pub app: &'a App,
    /// Who looks.
    pub cx: &'a Context,
    /// The case.
    pub case: &'a Case,
    /// What plugins proposed, the surest first.
    pub proposals: &'a [Suggestion],
    /// Makes each form's sending happen once.
    pub once: &'a str,
    /// The action that was tried, with what was entered for it.
    pub tried: Option<(Action, &'a Entered)>,
    /// What is wrong with it; fields are named `action-field`.
    pub faults: &'a Faults,
}

/// The id on the page of an action's field.
pub fn id(action: Action, field: &str) -> String {
    format!("{}-{field}", action.name())
}

impl Forms<'_> {
    fn words(&self) -> Words {
        Words(self.cx.locale)
    }

    fn entered(&self, action: Action, field: &str) -> &str {
        match self.tried {
            Some((tried, entered)) if tried == action => entered.text(field),
            _ => "",
        }
    }

    /// The hidden fields and the address of an action's form, around `fields`.
    fn form(&self, action: Action, once: &str, fields: &Markup, label: &str) -> Markup {
        let (id, name) = (&self.case.id, action.name());
        html! {
            form method="post" action={ "/work/cases/" (id) "/actions/" (name) } enctype="multipart/form-data" novalidate {
                input type="hidden" name="version" value=(self.case.course.version);
                input type="hidden" name="once" value=(once);
                (fields)
                button class="govuk-button" { (label) }
            }
        }
    }

    /// What a plugin proposed, with its reason, to be accepted as it is. Only while the case can
    /// be filed.
    pub fn proposal(&self, n: usize, it: &Suggestion, may_file: bool) -> Markup {
        let w = self.words();
        let class = class_name(self.app, self.cx, Some(&it.class));
        let sure = format!("{:.0}", it.confidence * 100.0);
        let urgency = w.t(&format!("urgency-{}", it.urgency.name()));
        let fields = html! {
            input type="hidden" name="class" value=(it.class);
            input type="hidden" name="urgency" value=(it.urgency.name());
        };
        html! {
            div class="govuk-inset-text" {
                h3 class="govuk-heading-s" { (w.tx("work-proposal", &[("plugin", &service_name(self.app, self.cx, &it.plugin))])) }
                p class="govuk-body" {
                    strong { (class) } " · " (urgency) " · " (w.tx("work-sure", &[("n", &sure)]))
                }
                p class="govuk-body" { (w.t("work-why")) (it.reason) }
                @if may_file {
                    (self.form(Action::File, &format!("accept-{n}-{}", self.once), &fields, &w.t("work-accept-proposal")))
                }
            }
        }
    }

    /// The form of one action, folded unless it is `first` or has just been tried.
    pub fn action(&self, choice: &Choice, first: bool) -> Markup {
        let w = self.words();
        let action = choice.action;
        let title = w.t(&format!("action-{}", action.name()));
        let fields = html! {
            @for need in &choice.needs {
                @match need {
                    Need::Words => (self.text(action)),
                    Need::Class => { (self.class(action)) (self.urgency(action)) },
                    Need::Files => (self.files(action)),
                    Need::Target => (self.target(choice)),
                    Need::Person => (self.person(choice)),
                    Need::Basis => (self.line(action, "basis", "work-basis", "text")),
                    Need::Until => (self.line(action, "until", until_label(action), "date")),
                    Need::Other => (self.line(action, "other", "work-other", "text")),
                    // A reporter rates on a page of their own; a call is noted here.
                    Need::Rating => @if action == Action::RateByCall { (self.rating(action)) },
                }
            }
        };
        let once = format!("{}-{}", action.name(), self.once);
        let tried = self.tried.is_some_and(|(it, _)| it == action);
        html! {
            details class="govuk-details" open[first || tried] {
                summary class="govuk-details__summary" { span class="govuk-details__summary-text" { (title) } }
                div class="govuk-details__text" { (self.form(action, &once, &fields, &title)) }
            }
        }
    }

    fn group(
        &self,
        action: Action,
        field: &str,
        label: &str,
        input: &dyn Fn(&str, Option<String>) -> Markup,
    ) -> Markup {
        let id = id(action, field);
        let said = self.faults.at(&id);
        html! {
            div class={ "govuk-form-group" @if said.is_some() { " govuk-form-group--error" } } {
                label class="govuk-label" for=(id) { (label) }
                (error_message(self.words(), &id, said))
                (input(&id, described(&id, false, said.is_some())))
            }
        }
    }

    fn text(&self, action: Action) -> Markup {
        let label = self.words().t(&format!("ask-{}", action.name()));
        self.group(action, "words", &label, &|id, describes| {
            html! {
                textarea class="govuk-textarea" id=(id) name="words" rows="3" maxlength=(WORDS)
                    aria-describedby=[describes] { (self.entered(action, "words")) }
            }
        })
    }

    /// One line, or a day.
    fn line(&self, action: Action, field: &str, label: &str, kind: &str) -> Markup {
        let label = self.words().t(label);
        self.group(action, field, &label, &|id, describes| {
            html! {
                input class="govuk-input" type=(kind) id=(id) name=(field) maxlength="200"
                    value=(self.entered(action, field)) aria-describedby=[describes];
            }
        })
    }

    /// The three answers, as they were given on the telephone.
    fn rating(&self, action: Action) -> Markup {
        let w = self.words();
        let yes_no = [("1", w.t("app-yes")), ("0", w.t("app-no"))];
        let marks: Vec<_> = ["5", "4", "3", "2", "1"]
            .map(|it| (it, w.t(&format!("rate-{it}"))))
            .into();
        let select = |name: &str, options: &[(&str, String)]| {
            self.group(action, name, &w.t(&format!("rate-{name}")), &|id, describes| {
                html! {
                    select class="govuk-select" id=(id) name=(name) aria-describedby=[describes] {
                        option value="" { (w.t("app-choose")) }
                        @for (value, label) in options {
                            option value=(value) selected[self.entered(action, name) == *value] { (label) }
                        }
                    }
                }
            })
        };
        html! {
            (select("contacted", &yes_no)) (select("solved", &yes_no)) (select("satisfied", &marks))
        }
    }

    fn files(&self, action: Action) -> Markup {
        let label = self.words().t("work-files");
        self.group(action, "files", &label, &|id, describes| {
            html! {
                input class="govuk-file-upload" type="file" id=(id) name="files" multiple data-shrink
                    accept="image/jpeg,image/png,image/webp,application/pdf" aria-describedby=[describes];
            }
        })
    }

    fn class(&self, action: Action) -> Markup {
        let w = self.words();
        let list = self.app.domain.duty.list();
        let proposed = self.proposals.first().map(|it| it.class.as_str());
        let chosen = match self.entered(action, "class") {
            "" => self
                .case
                .course
                .class
                .as_deref()
                .or(proposed)
                .unwrap_or_default(),
            entered => entered,
        };
        let fields = [
            Field::Safety,
            Field::Construction,
            Field::Market,
            Field::Livelihood,
            Field::CityOperation,
        ];
        self.group(action, "class", &w.t("work-class"), &|id, describes| {
            html! {
                select class="govuk-select" id=(id) name="class" aria-describedby=[describes] {
                    option value="" { (w.t("app-choose")) }
                    @for field in fields {
                        optgroup label=(w.t(&format!("domain-{}", field.name()))) {
                            @for item in list.items().filter(|it| it.domain == field && it.procedure == Procedure::Incident) {
                                @if action != Action::SelfHandle || item.basic {
                                    option value=(item.code) selected[item.code == chosen] {
                                        (item.name(self.cx.locale)) " (" (item.code) ")"
                                    }
                                }
                            }
                        }
                    }
                }
            }
        })
    }

    fn urgency(&self, action: Action) -> Markup {
        let w = self.words();
        let proposed = self.proposals.first().map(|it| it.urgency);
        let chosen = Urgency::from_name(self.entered(action, "urgency"))
            .or(proposed)
            .unwrap_or(self.case.course.urgency);
        html! {
            div class="govuk-form-group" {
                fieldset class="govuk-fieldset" {
                    legend class="govuk-fieldset__legend" { (w.t("work-urgency")) }
                    div class="govuk-radios govuk-radios--inline" {
                        @for it in URGENCIES {
                            @let id = id(action, it.name());
                            div class="govuk-radios__item" {
                                input class="govuk-radios__input" type="radio" id=(id) name="urgency"
                                    value=(it.name()) checked[it == chosen];
                                label class="govuk-label govuk-radios__label" for=(id) {
                                    (w.t(&format!("urgency-{}", it.name())))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn person(&self, choice: &Choice) -> Markup {
        let w = self.words();
        let chosen = self.entered(choice.action, "person");
        self.group(
            choice.action,
            "person",
            &w.t("work-person"),
            &|id, describes| {
                html! {
                    select class="govuk-select" id=(id) name="person" aria-describedby=[describes] {
                        option value="" { (w.t("app-choose")) }
                        @for it in &choice.people {
                            option value=(it.account) selected[it.account == chosen] { (it.name) }
                        }
                    }
                }
            },
        )
    }

    fn target(&self, choice: &Choice) -> Markup {
        let w = self.words();
        let action = choice.action;
        let lead = self.case.course.lead.as_deref();
        let is_lead = |unit: &str| lead == Some(unit);
        let chosen = match self.entered(action, "target") {
            "" => lead.unwrap_or_default(),
            entered => entered,
        };
        let label = match action {
            Action::AskCo => "work-target-co",
            Action::WaiveCo => "work-target-part",
            Action::Convene => "work-target-lead",
            _ => "work-target",
        };
        let select = self.group(action, "target", &w.t(label), &|id, describes| {
            html! {
                select class="govuk-select" id=(id) name="target" aria-describedby=[describes] {
                    option value="" { (w.t("app-choose")) }
                    @for unit in &choice.targets {
                        option value=(unit.id) selected[unit.id == chosen] {
                            (unit.name(self.cx.locale))
                            @if is_lead(&unit.id) { " " (w.t("work-is-lead")) }
                        }
                    }
                }
            }
        });
        let required = id(action, "required");
        html! {
            (select)
            @if action == Action::AskCo {
                div class="govuk-form-group" { div class="govuk-checkboxes" { div class="govuk-checkboxes__item" {
                    input class="govuk-checkboxes__input" type="checkbox" id=(required) name="required" value="1"
                        checked[!self.entered(action, "required").is_empty()];
                    label class="govuk-label govuk-checkboxes__label" for=(required) { (w.t("work-required")) }
                } } }
            }
        }
    }
}

/// What a day is asked for.
const fn until_label(action: Action) -> &'static str {
    match action {
        Action::Oversee => "work-until-answer",
        _ => "work-until",
    }
}
