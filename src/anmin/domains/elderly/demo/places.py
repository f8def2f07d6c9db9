"""What the demonstration has of places, prices, workers and plans: register, label, columns. `@` refers to a label."""

from __future__ import annotations

from typing import Any

LUNCH = "lunch"
YEAR = "2026"
BOOKS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("communities", "社区", {"name": "演示社区", "elders": "860", "households": "2100"}),
    ("helpers", "助老员", {"name": "演示助老员", "employer": "社工服务站（演示）", "training_hours": "24"}),
    ("operators", "运营", {"name": "安心养老服务中心（演示）", "brand": "安心到家（演示）"}),
    (
        "projects",
        "幸福院计划",
        {"name": "农村互助幸福院", "year": YEAR, "kind": "home", "target": "38", "document": "演示计划"},
    ),
    (
        "projects",
        "中心计划",
        {
            "name": "社区居家养老服务中心",
            "year": YEAR,
            "kind": "centre",
            "target": "2",
            "document": "演示计划",
        },
    ),
    (
        "projects",
        "区域计划",
        {
            "name": "区域性养老服务中心",
            "year": YEAR,
            "kind": "regional",
            "target": "1",
            "document": "演示计划",
        },
    ),
    (
        "projects",
        "餐厅计划",
        {"name": "社区共享餐厅", "year": YEAR, "kind": "canteen", "target": "3", "document": "演示计划"},
    ),
    (
        "facilities",
        "日间",
        {
            "name": "演示日间照料中心",
            "kind": "day_care",
            "state": "open",
            "accepted_on": "2025-06-01",
            "places": "20",
            "operator": "@运营",
        },
    ),
    (
        "facilities",
        "幸福院",
        {
            "name": "演示幸福院",
            "kind": "home",
            "state": "open",
            "accepted_on": "2026-05-20",
            "project": "@幸福院计划",
            "operator": "@运营",
        },
    ),
    ("facilities", "站", {"name": "演示居家养老服务站", "kind": "station", "state": "building"}),
    ("days", "日志一", {"facility": "@日间", "persons": "14", "meals": "11"}),
    ("days", "日志二", {"facility": "@幸福院", "persons": "9", "note": "包饺子"}),
    (
        "points",
        "食堂",
        {
            "name": "演示老年食堂",
            "kind": "canteen",
            "operator": "街道食堂（演示）",
            "licence": "演示许可",
            "licence_until": "2026-12-20",
            "seats": "40",
        },
    ),
    (
        "points",
        "餐桌",
        {
            "name": "演示老年餐桌",
            "kind": "table",
            "operator": "村集体（演示）",
            "kitchen": "reheat",
            "seats": "12",
        },
    ),
    (
        "prices",
        "价六十",
        {"point": "@食堂", "slot": LUNCH, "age_from": "60", "list_fen": "15", "elder_fen": "8"},
    ),
    (
        "prices",
        "价七十",
        {"point": "@食堂", "slot": LUNCH, "age_from": "70", "list_fen": "15", "elder_fen": "7"},
    ),
    (
        "prices",
        "价八十",
        {"point": "@食堂", "slot": LUNCH, "age_from": "80", "list_fen": "15", "elder_fen": "6"},
    ),
    (
        "prices",
        "价困难",
        {
            "point": "@食堂",
            "slot": LUNCH,
            "age_from": "60",
            "category": "poor",
            "list_fen": "15",
            "elder_fen": "2",
        },
    ),
    (
        "institutions",
        "养老院",
        {
            "name": "演示养老院",
            "code": "演示代码",
            "kind": "nonprofit",
            "address": "演示路 2 号",
            "fire": "验收合格（演示）",
            "beds": "80",
            "nursing_beds": "50",
            "residents": "46",
            "is_inclusive": "是",
        },
    ),
    (
        "institution-prices",
        "床位费",
        {
            "institution": "@养老院",
            "item": "bed",
            "least_fen": "900",
            "most_fen": "1500",
            "guide_fen": "1400",
        },
    ),
    (
        "policies",
        "保单",
        {
            "name": "幸福安康险（演示）",
            "insurer": "演示保险公司",
            "policy": "演示-2026",
            "premium_fen": "35",
            "death_fen": "20000",
            "disability_fen": "100000",
            "fracture_fen": "20000",
            "medical_fen": "20000",
            "last_day": "2026-12-31",
        },
    ),
    (
        "workers",
        "护理员",
        {"name": "演示护理员", "employer": "演示养老院", "skill": "4", "certificate": "演示证书"},
    ),
    (
        "trainings",
        "培训",
        {"worker": "@护理员", "subject": "失智老人照护", "hours": "16", "score": "88", "is_passed": "是"},
    ),
    (
        "activities",
        "活动",
        {"title": "敬老月联欢（演示）", "kind": "respect", "persons": "120", "fund_fen": "3000"},
    ),
    (
        "pilots",
        "试点",
        {
            "name": "基本养老服务提升行动（演示）",
            "kind": "pilot",
            "target": "500",
            "done": "210",
            "unit": "张",
            "each_fen": "1200",
        },
    ),
    (
        "project-reports",
        "绩效",
        {"project": "@试点", "done": "210", "satisfied": "96", "conclusion": "按计划推进（演示）"},
    ),
    (
        "stays",
        "旅居",
        {
            "name": "海滨旅居康养基地（演示）",
            "kind": "base",
            "state": "open",
            "operator": "@运营",
            "address": "演示路 9 号",
            "beds": "60",
            "clinic": "演示卫生院",
            "guests_year": "420",
        },
    ),
)
