//! The Sensors screen, and sensors on other screens.

use crate::desk::Desk;
use crate::scene;
use crate::states;
use crossterm::event::KeyCode;
use mempulse::event::{
    ClockOffset, ConnectionKind, Event, EventKind, PeerEvent, PeerId, SensorEvent, SensorId, SensorReport,
};
use std::time::Duration;

/// The scene with three sensors: a healthy one, one with a wrong clock and losses, and a stale one.
pub fn watched(size: (u16, u16)) -> Desk {
    let mut desk = Desk::alone(size);
    let ms = Duration::from_millis;
    let well = SensorReport {
        program: "0.1.0".to_owned(),
        started: desk.now - Duration::from_hours(3),
        live_peers: 50,
        events: 4_321_000,
        clock: Some(ClockOffset { ahead_us: 12_300, uncertainty: Duration::from_micros(700) }),
        lag: ms(180),
        ..SensorReport::default()
    };
    let wrong = SensorReport {
        clock: Some(ClockOffset { ahead_us: -3_000_000, uncertainty: ms(40) }),
        lost: 1_204,
        dropped: 17,
        waiting: 230,
        missing_bodies: 2,
        late: 611,
        refused: 1,
        lag: ms(2_400),
        ..well.clone()
    };
    let stale = SensorReport { clock: None, ..well.clone() };
    for (number, (name, report)) in (1..).zip([("fra1", well), ("nyc1", wrong), ("sin1", stale)]) {
        let mut happen = |event| {
            let kind = EventKind::Sensor(SensorId(number), event);
            desk.happen(&Event { time: desk.now, kind });
        };
        happen(SensorEvent::Joined(name.to_owned()));
        happen(SensorEvent::Report(Box::new(report)));
        if name == "sin1" {
            happen(SensorEvent::Stale);
        }
        let peer = SensorId(number).peer(PeerId(1)).unwrap();
        let address = "192.0.2.77:8333".parse::<std::net::SocketAddr>().unwrap();
        let address = mempulse::address::PeerAddress::from_socket(address);
        let dialling = PeerEvent::Dialling { address, kind: ConnectionKind::Outbound, attempt: 1 };
        desk.happen(&Event { time: desk.now, kind: EventKind::Peer(peer, dialling) });
    }
    desk.pass(Duration::from_secs(20));
    desk.answer();
    desk.press(KeyCode::Char('8'));
    desk.answer();
    desk
}

#[test]
fn peers_have_a_column_and_a_group_of_their_sensors() {
    let mut desk = watched((200, 60));
    desk.type_keys("2");
    desk.answer();
    let screen = desk.screen();
    assert!(screen.contains(" sensor ") && screen.contains(" nyc1 "), "{screen}");
    desk.type_keys(":sensor = nyc1");
    desk.press(KeyCode::Enter);
    desk.answer();
    assert!(desk.screen().contains("192.0.2.77") && !desk.screen().contains(" fra1 "), "{}", desk.screen());
}

#[test]
fn without_sensors_the_screen_is_not_there_and_its_key_says_why() {
    let mut desk = Desk::new((120, 36));
    assert!(!desk.screen().contains("8 Sensors"), "{}", desk.screen());
    desk.type_keys("8");
    assert!(desk.screen().contains("no sensors: events come from this machine's peers"), "{}", desk.screen());
}

#[test]
fn how_long_a_sensor_has_been_stale_fits_and_its_figures_are_not_shown_as_current() {
    let mut desk = watched((80, 24));
    desk.pass(Duration::from_mins(150));
    desk.answer();
    let screen = desk.screen();
    let row = screen.lines().find(|line| line.contains("sin1")).unwrap();
    assert!(row.contains(" stale 2.5h ") && !row.contains("180 ms"), "{screen}");
}

#[test]
fn before_any_sensor_is_heard_the_screen_is_there_and_no_advice_about_peers() {
    for minutes in [0, 5] {
        let mut desk = Desk::started(Duration::from_mins(minutes), scene::empty(), (120, 36));
        desk.from_sensors = true;
        desk.answer();
        let screen = desk.screen();
        assert!(screen.contains("no sensor yet") && !screen.contains("No peer can be reached"), "{screen}");
        desk.type_keys("8");
        desk.answer();
        assert!(desk.screen().contains("no sensor heard yet"), "{}", desk.screen());
    }
}

#[test]
fn the_title_says_that_all_sensors_are_stale() {
    let model = scene::empty();
    let mut desk = Desk::started(Duration::from_secs(1), model, (120, 36));
    let happen = |desk: &mut Desk, event| {
        let kind = EventKind::Sensor(SensorId(1), event);
        desk.happen(&Event { time: desk.now, kind });
    };
    happen(&mut desk, SensorEvent::Joined("fra1".to_owned()));
    desk.answer();
    assert!(desk.screen().contains(" connecting"), "{}", desk.screen());
    happen(&mut desk, SensorEvent::Stale);
    desk.answer();
    assert!(desk.screen().contains(" sensor stale"), "{}", desk.screen());
    happen(&mut desk, SensorEvent::Back);
    desk.answer();
    assert!(desk.screen().contains(" connecting"), "{}", desk.screen());
}

#[test]
fn the_banner_says_that_the_sensors_are_stale_and_not_that_peers_are_lost() {
    let mut desk = states::lost((120, 36));
    for event in [SensorEvent::Joined("fra1".to_owned()), SensorEvent::Stale] {
        desk.happen(&Event { time: desk.now, kind: EventKind::Sensor(SensorId(1), event) });
    }
    desk.answer();
    let screen = desk.screen();
    assert!(
        screen.contains(" sensor stale") && screen.contains(" ALL SENSORS STALE 5.0 min ago"),
        "{screen}"
    );
}
