//! What the frame and the first page link to: only services that are on.

use std::sync::Arc;

use candor_notices::http::Door;
use candor_web::{NavItem, Site};

use crate::{Config, build};

pub(super) fn site(config: &Config) -> Site {
    let item = |label: &str, href: &str| NavItem { label: label.into(), href: href.into() };
    let mut navigation =
        vec![item("Promises", "/promises"), item("Notice", "/notice"), item("Data", "/data")];
    if config.services.reports {
        navigation.push(item("Reports", "/reports"));
    }
    navigation.push(item("About", "/about"));
    Site { name: config.name.clone(), navigation, demo: config.demo, build: build::build() }
}

pub(super) fn doors(config: &Config) -> Arc<[Door]> {
    let mut doors = vec![
        Door {
            href: "/notice",
            title: "What is collected",
            about: "The notice, written from what is declared and reviewed. Every version stays readable.",
        },
        Door {
            href: "/data",
            title: "Every datum, one by one",
            about: "What each is, why it may be kept, who granted it, how to switch it off, and its story.",
        },
        Door {
            href: "/promises/register",
            title: "What is promised",
            about: "All promises of this product, which of them are built, and what would break each.",
        },
    ];
    if config.services.telemetry {
        doors.push(Door {
            href: "/about/raw-reads",
            title: "Who looked at single pings",
            about: "Each look of the operator, with a name, a reason, and how much was seen.",
        });
    }
    if config.services.reports {
        doors.push(Door {
            href: "/reports",
            title: "What came of it",
            about: "Numbers that answer approved questions, with noise that hides each person.",
        });
    }
    doors.push(Door {
        href: "/about",
        title: "What runs here",
        about: "The build, its licence, and the exact source it was made from.",
    });
    doors.into()
}
